"""Scenario families about school: seats, tests, reading, supplies, clubs and a tiled garden."""

from pad_ray.questions.wordsums.grammar import Family, Money, Percent, Step, Whole

FAMILIES = (
    Family(
        name="hall_chairs",
        topic="school",
        numbers={
            "rows": Whole(8, 25),
            "chairs_per_row": Whole(10, 24),
            "classes": Whole(2, 8),
            "class_size": Whole(14, 28),
            "adults": Whole(5, 40),
        },
        words={
            "place": ("hall", "gym", "theatre", "tent", "library", "music room"),
            "show": ("concert", "play", "assembly", "talk", "film", "prize day", "dance show"),
            "guest": ("parents", "teachers", "visitors", "neighbours", "grandparents", "helpers"),
        },
        steps=(
            Step("all_chairs", "rows * chairs_per_row", "The {place} has {=} chairs."),
            Step("pupils_seated", "classes * class_size", "The classes bring {=} pupils."),
            Step("people_seated", "pupils_seated + adults", "With the {guest}, {=} people sit down."),
            Step("free_chairs", "all_chairs - people_seated", "So {=} chairs are free."),
        ),
        phrasings=(
            "For the {show}, the {place} is set up with {rows} rows of {chairs_per_row} chairs. {classes} classes of {class_size} pupils [come in|arrive] and everyone takes a chair. {adults} {guest} sit down too. How many chairs [are still free|stay empty|are left]?",
            "{classes} classes, each with {class_size} pupils, and {adults} {guest} come to the {show}. The {place} has {rows} rows with {chairs_per_row} chairs in [each|every] row. If each person uses one chair, how many chairs [stay|remain] empty?",
            "How many chairs are [empty|free|not used] at the {show} if there are {rows} rows of {chairs_per_row} chairs in the {place}, and {adults} {guest} and {classes} classes of {class_size} pupils each sit down?",
            "{name} [puts|places|lines up] {chairs_per_row} chairs in each of {rows} rows in the {place}. Later {adults} {guest} take a chair each, and so do all the pupils of {classes} classes. There are {class_size} pupils in each class. How many chairs does nobody use?",
            "There are {class_size} pupils in each class, and {classes} classes [watch|visit|go to] the {show}. {adults} {guest} come along. Everyone sits on a chair in the {place}, where {rows} rows of {chairs_per_row} chairs [stand|are ready]. How many chairs are not taken?",
            "At the {show}, {adults} {guest} sit down first. After that, {classes} classes of {class_size} pupils each take their chairs. Every row in the {place} has {chairs_per_row} chairs and there are {rows} rows. What is the number of [free|empty] chairs?",
            "[The caretaker sets out {chairs_per_row} chairs in every row of the {place}, {rows} rows in all.|{rows} rows of chairs [stand|are placed] in the {place}, with {chairs_per_row} chairs in every row.|In the {place}, chairs [wait|are ready] for the {show}: {rows} rows, and {chairs_per_row} chairs in a row.|{name} arranges the chairs of the {place} in {rows} rows, putting {chairs_per_row} in each row.|To get the {place} ready for the {show}, the school puts up {rows} rows with {chairs_per_row} chairs apiece.] "
            "[Then {classes} classes walk in, and each class has {class_size} pupils.|The pupils of {classes} classes [come|arrive] first, {class_size} from each class.|{classes} classes are invited and come, every one of them with {class_size} pupils.|With {class_size} pupils to a class, {classes} classes enter.] "
            "[{adults} {guest} follow.|After the pupils come {adults} {guest}.|They are joined by {adults} {guest}.|Then the door opens again for {adults} {guest}.|A group of {adults} {guest} comes in [too|as well].] "
            "[Everyone [takes|sits on] a separate chair.|Nobody stands, and no chair is shared.|Each person sits down on a chair, and no chair is shared.|All of these people sit down, each on a separate chair.] "
            "[How many chairs does nobody sit on?|What is the number of chairs that remain [free|empty]?|How many chairs in the {place} stay [free|empty|unused]?|How many of the chairs have nobody on them?|Find how many chairs nobody needs.]",
            "[{adults} {guest} were the last to sit down at the {show}.|The last people to take a chair at the {show} were {adults} {guest}.|Just when the {show} began, {adults} {guest} sat down.|At the start of the {show}, chairs were taken by {adults} {guest}.] "
            "[Before that, {classes} classes had taken their chairs, and each class had {class_size} pupils.|Earlier, every pupil of {classes} classes had sat down, and {class_size} pupils belonged to each class.|Each pupil of {classes} classes already had a chair, with {class_size} pupils per class.|All the pupils of {classes} classes were already sitting, with {class_size} pupils to a class.] "
            "[At the start of the day, {name} had filled the {place} with {rows} rows of chairs and put {chairs_per_row} in each row.|The chairs had been lined up in the {place} [that morning|the day before]: {chairs_per_row} to a row, {rows} rows.|In the morning, all the chairs in the {place} had been empty: {rows} rows with {chairs_per_row} chairs in every row.|At first, before anybody came, {rows} rows of {chairs_per_row} empty chairs had stood in the {place}.] "
            "[How many chairs stayed empty during the {show}?|How many chairs were not needed?|What was the number of unused chairs?|Can you find the number of chairs on which nobody sat?|How many empty chairs remained in the {place}?]",
            "[How many chairs in the {place} are free during the {show}?|Find the number of chairs nobody uses during the {show}.|How many chairs will stay empty when everyone [has sat down|is seated] for the {show}?|What is the number of empty chairs in the {place} when everybody is sitting?] "
            "[Each class that comes has {class_size} pupils, and {classes} classes come.|{classes} classes take part, each of them {class_size} pupils strong.|Among those who sit down are all the pupils of {classes} classes, and there are {class_size} pupils in a class.|Pupils from {classes} classes are seated, {class_size} per class.] "
            "[Besides the pupils, {adults} {guest} need a chair each.|{adults} {guest} also sit there.|Chairs are also taken by {adults} {guest}.|Another {adults} people, all of them {guest}, sit down as well.] "
            "[The {place} offers {chairs_per_row} chairs in a row and has {rows} rows.|There are {rows} rows, and a row [holds|consists of|has] {chairs_per_row} chairs.|The chairs stand in {rows} equal rows of {chairs_per_row}.|Counting from front to back there are {rows} rows; counting along a row there are {chairs_per_row} chairs.]",
            "[Chairs in the {place}: {rows} rows, {chairs_per_row} in each.|A plan of the {place} shows {rows} rows with {chairs_per_row} chairs apiece.|{chairs_per_row} is the number of chairs in a row, and the {place} is filled with {rows} rows like that.|{name} says that the {place} has {rows} rows and that each of them has {chairs_per_row} chairs.] "
            "[Audience of the {show}: {classes} classes, each with {class_size} pupils, plus {adults} {guest}.|The {show} is watched by {adults} {guest} as well as by {classes} classes that have {class_size} pupils each.|{class_size} pupils make up a class, and {classes} such classes sit down for the {show} together with {adults} {guest}.|Seats are taken by the pupils of {classes} classes ({class_size} to a class) and by {adults} {guest}.] "
            "[If nobody stands and nobody shares a chair, how many chairs are unused?|With everyone seated, what number of chairs remain free?|After everybody has sat down, how many chairs have nobody on them?|How many seats [stay|remain] empty, given a chair for each person?]",
            "Each row of chairs in the {place} has {chairs_per_row} places, and there are {rows} such rows. The {show} begins with {adults} {guest} and {classes} classes of {class_size} pupils [on|sitting on] the chairs. How many chairs are [left over|still empty]?",
            "{name} counts the people at the {show}: {classes} classes with {class_size} pupils in each, and also {adults} {guest}. They all sit in the {place}, which has {rows} rows of {chairs_per_row} chairs. How many more people could [still sit down|find a free chair]?",
        ),
        distractors=("The {place} is {n} years old.", "Tickets were sold for {n} days.", "There are {n} lamps in the {place}."),
    ),
    Family(
        name="test_points",
        topic="school",
        numbers={
            "questions": Whole(18, 50),
            "correct": Whole(12, 46),
            "points_each": Whole(3, 8),
            "penalty": Whole(2, 3),
            "bonus": Whole(4, 20),
        },
        words={
            "subject": ("maths", "history", "science", "geography", "music", "spelling", "grammar"),
            "extra": ("neat writing", "finishing early", "a good drawing", "clear answers", "a tidy page", "showing the work"),
        },
        steps=(
            Step("earned", "correct * points_each", "The right answers earn {=} points."),
            Step("wrong", "questions - correct", "{name} gets {=} questions wrong."),
            Step("lost", "wrong * penalty", "The wrong answers cost {=} points."),
            Step("before_bonus", "earned - lost", "That makes {=} points before the bonus."),
            Step("score", "before_bonus + bonus", "With the bonus the score is {=} points."),
        ),
        where=lambda v: v["wrong"] >= 2 and v["penalty"] < v["points_each"],
        phrasings=(
            "A {subject} test has {questions} questions. Each right answer [gives|earns|is worth] {points_each} points, and each wrong answer takes away {penalty} points. {name} answers every question, gets {correct} of them right, and [receives|is given] a bonus of {bonus} points for {extra}. What is the [final|total] score?",
            "{name} answers all {questions} questions of a {subject} [test|quiz|exam] and has {correct} right answers. The teacher gives {points_each} points for a right answer, takes off {penalty} points for a wrong one, and adds {bonus} points for {extra}. How many points does {name} [have|get] in the end?",
            "For {extra}, {name} gets {bonus} bonus points in the {subject} [test|quiz]. The rest of the score comes from {questions} questions: {points_each} points for each correct answer and minus {penalty} points for each wrong answer. {name} answers them all, {correct} correctly. How many points is that [altogether|in total|in all]?",
            "How many points does {name} [score|get|reach] in a {subject} test with {questions} questions, if all are answered and {correct} are right, a right answer gives {points_each} points, a wrong answer loses {penalty} points, and {extra} brings a bonus of {bonus} points?",
            "In the {subject} quiz you lose {penalty} points for a wrong answer and win {points_each} points for a correct answer. Out of {questions} questions, {name} gets {correct} right and all the [others|rest] wrong. A bonus of {bonus} points is added for {extra}. What is {name}'s score?",
            "{name} has {correct} correct answers in a {subject} [test|exam]. All the other answers are wrong, and there are {questions} questions. Correct answers earn {points_each} points each, wrong answers cost {penalty} points each. With {bonus} extra points for {extra}, what is the [final|full] score?",
            "[A {subject} [test|quiz] with {questions} questions is on {name}'s desk.|{name} [sits|takes|writes] a {subject} test that has {questions} questions.|There are {questions} questions in the {subject} [exam|test] that {name}'s class takes.|{name}'s teacher has prepared {questions} questions for a test in {subject}.] "
            "[{name} answers all of the questions, and {correct} answers are right.|No question is left out by {name}, and {correct} of the answers turn out to be right.|{correct} questions are answered correctly by {name} and all the others wrongly.|{name} solves {correct} of the questions correctly but gives a wrong answer to each of the others.] "
            "[A right answer brings {points_each} points, while {penalty} points are taken off for a wrong one.|The teacher gives {points_each} points per correct answer and subtracts {penalty} points per wrong answer.|Every correct answer adds {points_each} points to the score; every wrong one lowers it by {penalty} points.|For each right answer there are {points_each} points, and for each wrong answer {penalty} points are lost.] "
            "[In the end, {name} earns {bonus} more points for {extra}.|{bonus} points come on top for {extra}.|As a reward for {extra}, the teacher adds {bonus} points at the end.|Finally, {bonus} points are added for {extra}.] "
            "[What score does {name} reach?|What number of points does {name} finish with?|How many points has {name} collected in the whole test?|What is {name}'s score when everything is counted?|Find {name}'s score for the whole test.]",
            "[In the {subject} test, {name} was happy about {bonus} extra points for {extra}.|When the {subject} test came back, {name} saw {bonus} bonus points for {extra}.|For {extra}, {bonus} points went on top of what {name} earned with the answers in the {subject} test.|{name}'s score in the {subject} test contained {bonus} points that were given only for {extra}.] "
            "[The other points depended on the answers: a wrong one cost {penalty} points and a right one earned {points_each}.|Apart from that, wrong answers lowered the score by {penalty} points each and right answers raised it by {points_each} points each.|Answers counted as well: minus {penalty} points for being wrong, plus {points_each} points for being right.|As for the answers, {penalty} points were lost with each wrong one and {points_each} points were won with each right one.] "
            "[{name} gave right answers to {correct} of the {questions} questions and wrong answers to the rest.|Of the {questions} questions, {correct} were answered correctly by {name}, and the others were answered wrongly.|{correct} answers were right, and since {name} answered all {questions} questions, the others were wrong.|{name} did not skip any of the {questions} questions and had {correct} right answers.] "
            "[How many points did {name} score, bonus included?|What was {name}'s score with the bonus?|How many points did the teacher write on {name}'s test paper at the end?|Find {name}'s score, bonus included.|With everything added and taken off, how many points did {name} get?]",
            "[How many points will {name} score in the {subject} test?|What is {name}'s total in the {subject} quiz?|Find the number of points {name} gets for the {subject} test, bonus included.|What score should the teacher write on {name}'s {subject} test?] "
            "[There were {questions} questions, all of them answered, {correct} of them correctly.|{questions} questions were asked, and {name} answered each of them, {correct} correctly and the others wrongly.|{name}'s answers to {correct} of the {questions} questions were right, and the answers to all the other questions were wrong.|{name} answered every question: of {questions} answers, {correct} were right.] "
            "[Right answers are worth {points_each} points each.|A correct answer is good for {points_each} points.|The teacher counts {points_each} points for an answer that is correct.|{points_each} points are given whenever an answer is right.] "
            "[Wrong answers mean {penalty} points less each time.|For a wrong answer, the score goes down by {penalty} points.|{penalty} points are subtracted for every answer that is wrong.|An incorrect answer means a loss of {penalty} points.] "
            "[Moreover, {bonus} points are added for {extra}.|{name} also receives {bonus} points for {extra}.|The teacher also grants {name} {bonus} points for {extra}.|For {extra}, the score rises by another {bonus} points.]",
            "[{subject} test, {questions} questions: every question answered by {name}, {correct} answers right, the others wrong.|{name} says that all {questions} questions of the {subject} test are answered and that {correct} of the answers are right.|Of {questions} answers that {name} gave in a {subject} test, {correct} were correct and the others were not.|{correct} is the number of right answers that {name} gave in a {subject} test where {questions} questions were asked and all were answered.] "
            "[Scoring: {points_each} points up for a right answer, {penalty} points down for a wrong one, and in {name}'s case also {bonus} points for {extra}.|If an answer is right, {points_each} points are added; if it is wrong, {penalty} points are removed; and {name} is also given {bonus} points for {extra}.|A total of {bonus} points was granted to {name} for {extra}, each right answer brought {points_each} points, and each wrong answer took {penalty} points away.|{name} gains {points_each} points from each right answer, {penalty} points are lost through each wrong one, and {bonus} points are gained once for {extra}.] "
            "[What is the score of {name}'s test?|How many points is {name}'s test worth when everything is counted?|What number of points does {name} have at the end?|Can you find {name}'s score?|Altogether, what does {name} score?]",
            "The teacher gives {name} a bonus of {bonus} points for {extra}. In the {subject} test, {correct} of {name}'s {questions} answers are right and the rest are wrong. Every wrong answer costs {penalty} points and every right answer earns {points_each} points. How many points does {name} have [in total|altogether]?",
            "Points in a {subject} test work like this: plus {points_each} for each right answer, minus {penalty} for each wrong answer, and plus {bonus} once for {extra}. {name} gets the bonus and answers all {questions} questions, {correct} of them right. What score does {name} [get|receive]?",
        ),
        distractors=("The school is {n} years old.", "{name} lives at house number {n}.", "There are {n} pupils in the room."),
    ),
    Family(
        name="average_of_four",
        topic="school",
        numbers={
            "first_score": Whole(40, 100),
            "second_score": Whole(40, 100),
            "third_score": Whole(40, 100),
            "fourth_score": Whole(40, 100),
        },
        words={
            "events": ("tests", "quizzes", "games", "matches", "contests", "rounds", "exams"),
            "time": ("this month", "this term", "this year", "in spring", "in autumn", "in winter"),
        },
        steps=(
            Step("total_points", "first_score + second_score + third_score + fourth_score", "Together that is {=} points."),
            Step("average_score", "total_points / 4", "Shared over four {events}, the average is {=} points."),
        ),
        where=lambda v: (v["average_score"] * 2).denominator == 1,
        phrasings=(
            "{name} [scores|gets|has] {first_score}, {second_score}, {third_score} and {fourth_score} points in four {events} {time}. What is the [average|mean] score?",
            "What is {name}'s [average|mean] score if the points from four {events} are {first_score}, {second_score}, {third_score} and {fourth_score}?",
            "In the first two of four {events}, {name} gets {first_score} and {second_score} points. In the last two, {name} gets {third_score} and {fourth_score} points. How many points is that on average for [each of the four|each one]?",
            "There are four {events} {time}. {name} starts with {first_score} points, then gets {second_score}, then {third_score}, and [ends|finishes] with {fourth_score} points. Find the [average|mean] of the four scores. What is it?",
            "{name} wants to know the [average|mean] of four scores. The {events} {time} brought {first_score} points, {second_score} points, {third_score} points and {fourth_score} points. What does {name} [find|work out|calculate]?",
            "The teacher [writes down|notes|lists] {name}'s points from four {events}: {first_score}, {second_score}, {third_score}, {fourth_score}. How many points does {name} [get|score] on average?",
            "[{name} takes part in four {events} {time}.|{time}, {name} has four {events}.|There are four {events} for {name} {time}.|{name} keeps a list of results from four {events} {time}.] "
            "[The first brings {first_score} points and the next {second_score}.|It begins with {first_score} points, followed by {second_score} points.|{first_score} points come first, then {second_score}.|{name} opens with {first_score} points and goes on with {second_score}.] "
            "[The third ends with {third_score} points, and the fourth with {fourth_score}.|After that come {third_score} and, to finish, {fourth_score} points.|{third_score} points follow, and {fourth_score} points come at the very end.|In the last two, the points are {third_score} and {fourth_score}.] "
            "[How many points does {name} score on average?|What is {name}'s [mean|average] score?|How many points does {name} average?|Find the [mean|average] of the four scores.|On average, how many points does {name} [reach|get]?]",
            "[The latest of {name}'s four {events} brought {fourth_score} points.|In the last of four {events} {time}, {name} scored {fourth_score} points.|{fourth_score} points were {name}'s result in the most recent of four {events}.|{name} ended a series of four {events} with {fourth_score} points.] "
            "[Just before that, it had been {third_score} points.|The result before it was {third_score} points.|{third_score} points had come right before that.|In the third, {name} had scored {third_score} points.] "
            "[Even earlier, {name} had got {second_score} points, and at the very start {first_score}.|The series had begun with {first_score} points and continued with {second_score}.|The earlier results, from the first and the second, had been {first_score} and {second_score} points.|In the opening two, the points had been {first_score} and {second_score}.] "
            "[What was {name}'s average?|How many points did {name} score on average?|What was the [mean|average] of all four results?|What average score did {name} have?|Can you find {name}'s mean score?]",
            "[What is {name}'s average score in the four {events} {time}?|How many points did {name} score on average in four {events}?|Find the [mean|average] of {name}'s four scores.|What is the [mean|average] of the points that {name} got in four {events} {time}?] "
            "[The scores began with {first_score} and {second_score} points.|At first there were {first_score} points, and then {second_score}.|{first_score} and {second_score} are the first two scores.|A score of {first_score} was followed by a score of {second_score}.] "
            "[The other two scores are {third_score} and {fourth_score}.|Later there were {third_score} points and {fourth_score} points.|{name} got {third_score} and {fourth_score} points in the other two.|After these, {name} had {third_score} points, and finally {fourth_score}.]",
            "[The results of four {events} {time} are known.|{name} has finished four {events} {time}.|{other} asks about {name}'s four {events} {time}.|Here are notes about {name} and four {events}.] "
            "[{name}'s scores: {first_score}, {second_score}, {third_score}, {fourth_score}.|A table with {name}'s scores shows {first_score} and {second_score} in the upper row, {third_score} and {fourth_score} in the lower row.|{name} remembers scoring {first_score} points and then {second_score}, while {other} knows that {name}'s other two scores were {third_score} and {fourth_score}.|According to the teacher, {name} got {first_score} points, {second_score}, {third_score}, and lastly {fourth_score}.|Scores of {first_score} and {second_score} were followed by scores of {third_score} and {fourth_score} for {name}.] "
            "[If {name}'s points were spread evenly over the four {events}, how many points would each have?|What is the average of {name}'s four scores?|How high is {name}'s average score?|Which number is the mean of {name}'s four scores?|Find the mean of {name}'s points.]",
            "Four {events} take place {time}. {name}'s scores are {first_score} in the first, {second_score} in the second, {third_score} in the third and {fourth_score} in the last one. What is the [average|mean] number of points?",
            "{name} adds up the points from four {events}, which are {first_score}, {second_score}, {third_score} and {fourth_score}, and divides the sum by the number of {events}. What [average|mean] does {name} get?",
        ),
        distractors=("{name} has {n} classmates.", "{other} studies for {n} hours.", "{name}'s school has {n} teachers."),
    ),
    Family(
        name="weekend_reading",
        topic="school",
        numbers={
            "school_day_pages": Whole(10, 40, 2),
            "weekend_day_pages": Whole(20, 60, 5),
            "weeks": Whole(2, 9),
            "book_pages": Whole(60, 240, 10),
        },
        words={"book": ("novels", "comics", "storybooks", "travel books", "adventure books", "mystery books", "animal books")},
        steps=(
            Step("school_week_pages", "5 * school_day_pages", "From Monday to Friday {name} reads {=} pages."),
            Step("weekend_pages", "2 * weekend_day_pages", "On the weekend it is {=} pages."),
            Step("weekly_pages", "school_week_pages + weekend_pages", "In a whole week that makes {=} pages."),
            Step("pages_read", "weeks * weekly_pages", "In all the weeks {name} reads {=} pages."),
            Step("books_read", "pages_read / book_pages", "So {name} finishes {=} {book}."),
        ),
        where=lambda v: (
            v["books_read"].denominator == 1 and v["books_read"] > 1 and v["school_day_pages"] < v["weekend_day_pages"]
        ),
        phrasings=(
            "{name} reads {school_day_pages} pages [a day|every day|each day] from Monday to Friday and {weekend_day_pages} pages a day on Saturday and Sunday. {name}'s {book} have {book_pages} pages each. How many {book} does {name} [read|finish] in {weeks} weeks?",
            "On each of the two weekend days {name} reads {weekend_day_pages} pages, and on each of the five school days {school_day_pages} pages. After {weeks} weeks, how many {book} of {book_pages} pages has {name} [read|finished]?",
            "The {book} in the library have {book_pages} pages each. {name} [reads them|borrows and reads them] for {weeks} weeks: {school_day_pages} pages a day from Monday to Friday, and {weekend_day_pages} pages a day on the weekend. How many of these {book} does {name} finish?",
            "How many {book} of {book_pages} pages each can {name} [read|finish] in {weeks} weeks, reading {school_day_pages} pages on each of the five school days and {weekend_day_pages} pages on each of the two weekend days?",
            "For {weeks} weeks, {name} [spends the evenings|sits down every evening] with {book}. From Monday to Friday it is {school_day_pages} pages every evening. On Saturday and on Sunday it is {weekend_day_pages} pages each. One of the {book} has {book_pages} pages, and all have the same length. How many can {name} [read|finish]?",
            "{name} has more time on the weekend and reads {weekend_day_pages} pages on Saturday and {weekend_day_pages} pages on Sunday. On each of the five other days it is only {school_day_pages} pages. Each of the {book} has {book_pages} pages. How many {book} will {name} [finish|read] in {weeks} weeks?",
            "[On weekdays, from Monday to Friday, {school_day_pages} pages are what {name} reads daily.|{school_day_pages} pages are read by {name} on every one of the five days from Monday to Friday.|On a school day, and there are five of them in a week, {name} gets through {school_day_pages} pages.|From Monday to Friday, the daily portion for {name} is {school_day_pages} pages.] "
            "[On Saturday and again on Sunday, {weekend_day_pages} pages are read.|On each weekend day, Saturday and Sunday, it is {weekend_day_pages} pages.|Saturdays bring {weekend_day_pages} pages, and Sundays bring the same number.|On the weekend {name} reads more, namely {weekend_day_pages} pages per day, Saturday and Sunday alike.] "
            "[{name} keeps this up for {weeks} weeks.|This goes on for {weeks} weeks.|The same happens in each of {weeks} weeks.|It stays like this for {weeks} full weeks.] "
            "[{book_pages} pages are in every one of the {book}.|All the {book} are {book_pages} pages long.|The {book} that {name} reads have {book_pages} pages apiece.|There are {book_pages} pages in each of {name}'s {book}.] "
            "[How many {book} does {name} get through?|How many of the {book} can {name} complete?|What is the number of {book} that {name} reads to the end?|How many {book} has {name} read in all that time?]",
            "[A shelf is full of {book}, and each has {book_pages} pages.|{name} likes {book} that are {book_pages} pages long.|The {book} {name} has borrowed have {book_pages} pages apiece.|{book_pages} pages is the length of each of {name}'s {book}.] "
            "[{name} reads for {weeks} weeks without missing a day.|For {weeks} weeks, {name} reads every day.|{name} spends {weeks} weeks with them.|{name} has {weeks} weeks to read them.] "
            "[Each Saturday and each Sunday, {weekend_day_pages} pages are read.|On a Saturday {name} reads {weekend_day_pages} pages, and on a Sunday as many.|Each of the two weekend days means {weekend_day_pages} pages.|On the two weekend days, {name}'s daily number of pages is {weekend_day_pages}.] "
            "[On each of the remaining five days of a week, it is {school_day_pages} pages.|The five school days leave less time: {name} manages {school_day_pages} pages on each.|School days, five in a week, allow {school_day_pages} pages each.|A school day, Monday to Friday, means {school_day_pages} pages.] "
            "[How many {book} does {name} complete?|What number of {book} does {name} read to the last page?|How many whole {book} are read by {name}?|Can you find out how many {book} {name} gets through?|How many {book} does {name} get to the end of?]",
            "[How many {book} does {name} complete within {weeks} weeks?|Find how many {book} {name} gets through in {weeks} weeks.|After {weeks} weeks, how many {book} will {name} have read?|What is the number of {book} read by {name} during {weeks} weeks?] "
            "[All of the {book} are the same length: {book_pages} pages.|{book_pages} pages make up each of the {book}.|The {book} are {book_pages} pages long, all of them.|In each of the {book} there are {book_pages} pages.] "
            "[{name}'s week has five school days with {school_day_pages} pages each.|Monday, Tuesday, Wednesday, Thursday and Friday each see {name} read {school_day_pages} pages.|{name} does {school_day_pages} pages daily on the five days from Monday to Friday.|{name} always reads {school_day_pages} pages on a school day, and a week has five school days.] "
            "[The two days of the weekend have {weekend_day_pages} pages each.|Saturday and Sunday each add {weekend_day_pages} pages.|A weekend day, Saturday or Sunday, is good for {weekend_day_pages} pages.|On Saturday it is {weekend_day_pages} pages, just as on Sunday.]",
            "[Reading plan of {name}: {school_day_pages} pages daily on the five school days, {weekend_day_pages} pages daily on Saturday and Sunday, for {weeks} weeks.|{name} tells {other} that {weeks} weeks of reading are planned, with {school_day_pages} pages on a school day, Monday to Friday, and {weekend_day_pages} pages on a Saturday or a Sunday.|In each of {weeks} weeks, {name} reads {weekend_day_pages} pages on each of the two weekend days, while the five school days have only {school_day_pages} pages each.|While a school day, Monday to Friday, means {school_day_pages} pages for {name}, each of the two weekend days means {weekend_day_pages}, and that goes on for {weeks} weeks.] "
            "[Length of the {book}: {book_pages} pages each.|The reading matter is {book}, all with {book_pages} pages in them.|Only {book} with {book_pages} pages are read.|{name} reads {book}, each of which is {book_pages} pages long.] "
            "[How many {book} can be finished?|How many {book} will be completed by {name}?|What is the number of completed {book}?|If no day is missed, how many {book} will {name} have read?|Find the number of finished {book}.]",
            "In {weeks} weeks {name} wants to read many {book}, each with {book_pages} pages. The plan is {weekend_day_pages} pages a day on Saturday and Sunday and {school_day_pages} pages a day on the other five days. How many {book} can {name} [finish|read]?",
            "Every school day, from Monday to Friday, {name} reads {school_day_pages} pages. On both days of the weekend {name} reads {weekend_day_pages} pages a day. If {name} goes on like this for {weeks} weeks and all the {book} have {book_pages} pages, how many {book} are [finished|read]?",
        ),
        distractors=("{name} lives at house number {n}.", "{name} has {n} pens at home.", "The library is {n} years old."),
    ),
    Family(
        name="class_supplies",
        topic="school",
        numbers={
            "boxes": Whole(6, 40),
            "items_per_box": Whole(10, 48, 2),
            "classes": Whole(2, 7),
            "class_size": Whole(12, 28),
            "items_each": Whole(2, 6),
        },
        words={
            "item": ("pencils", "crayons", "erasers", "markers", "stickers", "notebooks", "brushes", "coloured pens"),
            "box": ("boxes", "packs", "cartons", "packages"),
        },
        steps=(
            Step("all_items", "boxes * items_per_box", "The school has {=} {item}."),
            Step("pupils", "classes * class_size", "There are {=} pupils."),
            Step("given", "pupils * items_each", "The pupils get {=} {item}."),
            Step("kept", "all_items - given", "So {=} {item} are kept."),
        ),
        where=lambda v: 1 < v["kept"] < 400,
        phrasings=(
            "A school buys {boxes} {box} of {items_per_box} {item}. There are {classes} classes with {class_size} pupils each, and every pupil [gets|receives|is given] {items_each} {item}. The rest is kept. How many {item} does the school [keep|have left]?",
            "{name} gives {items_each} {item} to every pupil in {classes} classes of {class_size} pupils. Before that, {name} had {boxes} {box} with {items_per_box} {item} in each. How many {item} are [left|kept]?",
            "How many {item} [remain|are left over|are kept] if {boxes} {box} with {items_per_box} {item} each are opened and the pupils of {classes} classes, {class_size} in each class, take {items_each} {item} apiece?",
            "There are {class_size} pupils in each of {classes} classes. The teachers have {boxes} {box} of {item}, each with {items_per_box} inside. They [hand out|give out] {items_each} {item} to every pupil and [keep|store] the others. How many {item} do the teachers keep?",
            "Each pupil needs {items_each} {item} for the year. The school has {classes} classes with {class_size} pupils in every class. It owns {boxes} {box} with {items_per_box} {item} in each of them. After every pupil gets [the {item}|a share], how many {item} [stay in the cupboard|are left]?",
            "In the cupboard {name} finds {boxes} {box}. In each there are {items_per_box} {item}. {name} visits {classes} classes of {class_size} pupils and gives each pupil {items_each} {item}. How many {item} does {name} [bring back|still have]?",
            "[A school orders {boxes} {box} of {item}, and each holds {items_per_box}.|{boxes} {box} arrive at the school, each filled with {items_per_box} {item}.|{name}, a teacher, unpacks {boxes} {box} containing {items_per_box} {item} each.|The school's cupboard holds {boxes} {box}, and in every one of them are {items_per_box} {item}.] "
            "[In the school, {classes} classes of equal size have {class_size} pupils each.|The pupils are in {classes} classes, {class_size} to a class.|{class_size} pupils make a class, and there are {classes} classes.|{classes} classes with {class_size} pupils apiece go to the school.] "
            "[Each pupil is handed {items_each} {item}.|Every child in these classes receives {items_each} {item}.|All the pupils take {items_each} {item} each.|{items_each} {item} go to each pupil.] "
            "[How many {item} are not handed out?|How many {item} remain?|What is the number of {item} that are left over?|How many {item} does the school still have?|How many spare {item} are there?|Find the number of {item} left at the school.]",
            "[Each pupil of a school now has {items_each} new {item}.|{items_each} {item} were given to each pupil of a school.|At the end of the day, every pupil of a school had received {items_each} {item}.|The pupils of a school went home with {items_each} new {item} each.] "
            "[The pupils belonged to {classes} classes, {class_size} in each.|The school has {classes} classes with {class_size} pupils per class.|{class_size} pupils sit in each of the school's {classes} classes.|In the school, {classes} classes were served, and {class_size} pupils were in each of them.] "
            "[Before that, there had been {boxes} full {box} with {items_per_box} {item} in each.|The {item} came out of {boxes} {box}, which had held {items_per_box} each.|In the morning, the cupboard had contained {boxes} {box}, each of them holding {items_per_box} {item}.|At the beginning, {name} had opened {boxes} {box} and counted {items_per_box} {item} in each.] "
            "[How many {item} were left over?|How many {item} did nobody get?|What was the number of {item} left?|How many {item} remained in the end?|How many {item} did the school keep?]",
            "[How many {item} are left over when all the pupils have [got|received] their share?|Find the number of {item} that remain after every pupil has been served.|How many {item} will the school have in reserve after giving the pupils their share?|What is the number of {item} that nobody receives?] "
            "[{boxes} {box} are available, and {items_per_box} {item} were packed into each.|The school owns {item} in {boxes} full {box} of {items_per_box}.|There are {items_per_box} {item} to be found in each of {boxes} {box}.|A delivery of {boxes} {box} came, each holding {items_per_box} {item}.] "
            "[Each pupil's share is {items_each} {item}.|Every pupil receives {items_each} {item}.|{name} hands {items_each} {item} to every pupil.|The number of {item} per pupil is {items_each}.] "
            "[{classes} classes come, with {class_size} pupils apiece.|The school is made up of {classes} classes with {class_size} pupils in each.|Each of the {classes} classes has {class_size} pupils.|There are {class_size} pupils per class and {classes} classes.]",
            "[Stock of {item}: {boxes} {box} with {items_per_box} in each.|{name} reports that {boxes} {box} have been delivered and that {items_per_box} {item} are in each.|{items_per_box} is the number of {item} that each of {boxes} {box} contains.|A total of {boxes} {box}, each of which holds {items_per_box} {item}, is stored in the school.] "
            "[To be given out: {items_each} {item} per pupil, with {classes} classes of {class_size} pupils to supply.|From these, {items_each} {item} are handed to each pupil of {classes} classes in which {class_size} pupils each learn.|In every one of {classes} classes there are {class_size} pupils, to each of whom {items_each} {item} are given.|The pupils, who are taught in {classes} classes of {class_size}, get {items_each} {item} each.] "
            "[Once every pupil is supplied, how many {item} remain?|How many {item} are left for later?|If nothing gets lost, how many {item} does the school have afterwards?|What is the remaining number of {item}?|How many {item} are not given to anyone?]",
            "A school has {classes} classes, and each class has {class_size} pupils. {name} opens {boxes} {box} of {items_per_box} {item} and gives every pupil {items_each} of them. How many {item} can {name} [keep|put back]?",
            "{name} fills the cupboard with {boxes} {box}, each with {items_per_box} {item}. Then every pupil takes {items_each} {item} out of it. The pupils come from {classes} classes, and every class has {class_size} pupils. How many {item} [are still|stay] in the cupboard?",
        ),
        distractors=("The school has {n} teachers.", "The school is {n} years old.", "The school year started {n} days ago."),
    ),
    Family(
        name="club_percent",
        topic="school",
        numbers={"classes": Whole(4, 20), "class_size": Whole(15, 30), "club_percent": Percent((5, 10, 15, 20, 25, 30, 35, 40, 45, 60, 75))},
        words={"club": ("chess", "drama", "music", "robot", "garden", "swimming", "painting", "cooking")},
        steps=(
            Step("pupils", "classes * class_size", "The school has {=} pupils."),
            Step("members", "pupils * club_percent / 100", "In the {club} club there are {=} pupils."),
            Step("outside", "pupils - members", "So {=} pupils are not in the club."),
        ),
        where=lambda v: v["members"].denominator == 1 and v["members"] > 1,
        phrasings=(
            "A school has {classes} classes of {class_size} pupils each. {club_percent} of [all|all the|the] pupils are in the {club} club. How many pupils are not in the {club} club?",
            "{club_percent} of the pupils at {name}'s school [belong to|are members of|go to] the {club} club. There are {class_size} pupils in each class and {classes} classes in the school. How many pupils [do not|don't] go to the club?",
            "How many pupils are not members of the {club} club in a school with {classes} classes and {class_size} pupils [per|in each|in every] class, if {club_percent} of all pupils are members?",
            "The {club} club [is popular|is well known] at {name}'s school: {club_percent} of the pupils have joined it. The school has {classes} classes, and every class has {class_size} pupils. How many pupils have not joined the club?",
            "In each class of a school there are {class_size} pupils. {name} counts {classes} classes and [learns|reads|hears] that {club_percent} of all the pupils go to the {club} club. How many pupils stay out of the {club} club?",
            "{name} is the head of the {club} club and would like more members. So far, {club_percent} of the pupils in the school are in the club. With {classes} classes of {class_size} pupils, how many pupils could still [join|become members]?",
            "[A school is made up of {classes} classes.|{classes} classes are taught at {name}'s school.|At {name}'s school, the pupils are split into {classes} classes.|The pupils of a school belong to {classes} classes.] "
            "[Each of these classes has {class_size} pupils.|All the classes have the same size, {class_size} pupils.|In every class there are {class_size} pupils.|{class_size} pupils sit in each class.] "
            "[When the {club} club opens, {club_percent} of all pupils sign up.|Of all these pupils, the {club} club [attracts|has|takes in] {club_percent}.|A {club} club is started, and {club_percent} of the school's pupils become members.|The {club} club has {club_percent} of the pupils as members.] "
            "[How many pupils are left outside the {club} club?|How many pupils of the school do not belong to the {club} club?|What is the number of pupils who are not {club} club members?|How many pupils did not sign up for the {club} club?|How many of the school's pupils stay out of the {club} club?]",
            "[The members of a school's {club} club make up {club_percent} of its pupils.|The {club} club has won over {club_percent} of a school's pupils.|{club_percent} of all pupils in a school have chosen the {club} club.|A school's {club} club has a good number of members, namely {club_percent} of all pupils.] "
            "[The pupils are taught in classes of {class_size}.|A class at this school always has {class_size} pupils.|{class_size} pupils learn in each class.|The size of each class is {class_size} pupils.] "
            "[Altogether there are {classes} such classes.|{name} counts {classes} classes in the school.|The number of classes is {classes}.|The school consists of {classes} classes of this size.] "
            "[How many pupils of the school did not choose the {club} club?|How many pupils of the school are not {club} club members?|What is the number of pupils who are not in the {club} club?|Can you find the number of pupils who are not members?|How many of the pupils have stayed away from the {club} club?]",
            "[How many pupils of a school do not take part in its {club} club?|Find the number of pupils in {name}'s school who are not in the {club} club.|How many pupils of a school are missing from the {club} club's list of members?|What is the number of pupils who have not joined the {club} club at a school?] "
            "[The club has {club_percent} of the pupils as members.|The members make up {club_percent} of all pupils.|Exactly {club_percent} of the pupils take part in the club.|We know that {club_percent} of all pupils are members.] "
            "[The pupils form {classes} classes, each {class_size} strong.|In the school there are {classes} classes, with {class_size} pupils to a class.|{classes} classes of {class_size} pupils make up the school.|Every class in the school has {class_size} pupils; in all there are {classes} classes.]",
            "[School: {classes} classes, {class_size} pupils per class.|A school in which {class_size} pupils form a class has {classes} classes.|{name} tells {other} that the school consists of {classes} classes and that each is attended by {class_size} pupils.|{classes} is the number of classes in a school where a class is made up of {class_size} pupils.] "
            "[{club} club: {club_percent} of all pupils are in it.|The {club} club is attended by {club_percent} of all pupils.|The share of pupils who belong to the {club} club is {club_percent}.|Those who go to the {club} club amount to {club_percent} of the pupils.] "
            "[If only {club} club members may come to a meeting, how many pupils of the school may not come?|How many pupils does the {club} club not have as members?|What is the number of pupils outside the {club} club?|How many pupils in the school are not members?|Find out how many pupils the {club} club could still win as members.]",
            "There are {classes} classes in {name}'s school and each has {class_size} pupils. If {club_percent} of the pupils join the {club} club, how many pupils do not [join|become members]?",
            "The members of the {club} club are {club_percent} of all the pupils in the school. Each class has {class_size} pupils, and the school has {classes} classes. How many pupils are [outside|not in] the club?",
        ),
        distractors=("The club meets {n} times a year.", "The school is {n} years old.", "The club room has {n} chairs."),
    ),
    Family(
        name="garden_tiles",
        topic="school",
        numbers={
            "garden_length": Whole(8, 20),
            "garden_width": Whole(6, 15),
            "inner_length": Whole(2, 6),
            "inner_width": Whole(2, 5),
            "tiles_per_square": Whole(4, 16, 2),
            "tiles_per_box": Whole(6, 24, 2),
            "box_price": Money(8, 30),
        },
        words={
            "place": ("garden", "yard", "courtyard", "terrace", "playground", "front yard", "back yard"),
            "inner": ("pond", "flower bed", "sandpit", "pool", "lawn", "vegetable bed"),
        },
        steps=(
            Step("whole_area", "garden_length * garden_width", "The whole {place} has an area of {=} square metres."),
            Step("inner_area", "inner_length * inner_width", "The {inner} covers {=} square metres."),
            Step("tiled_area", "whole_area - inner_area", "The area to tile is {=} square metres."),
            Step("tiles", "tiled_area * tiles_per_square", "For that, {=} tiles are needed."),
            Step("tile_boxes", "tiles / tiles_per_box", "The tiles come in {=} boxes."),
            Step("cost", "tile_boxes * box_price", "So the tiles cost {=} dollars."),
        ),
        where=lambda v: (
            v["tile_boxes"].denominator == 1
            and v["inner_width"] <= v["inner_length"] <= v["garden_length"] - 2
            and v["inner_width"] <= v["garden_width"] - 2
            and v["garden_width"] < v["garden_length"]
        ),
        phrasings=(
            "A rectangular {place} is {garden_length} metres long and {garden_width} metres wide. In the middle is a {inner} of {inner_length} by {inner_width} metres. [The rest|All the rest|Everything else] is covered with tiles, {tiles_per_square} tiles for each square metre. A box of {tiles_per_box} tiles costs {box_price}. How much do the tiles cost?",
            "Tiles come in boxes of {tiles_per_box}, and a box costs {box_price}. {name} needs {tiles_per_square} tiles per square metre to [cover|tile] a {place} of {garden_length} by {garden_width} metres, but not the {inner} inside it, which is {inner_length} metres long and {inner_width} metres wide. How many dollars does {name} [pay|spend]?",
            "How much do the tiles cost for a {place} of {garden_length} metres by {garden_width} metres without its {inner} of {inner_length} metres by {inner_width} metres, if each square metre [takes|needs] {tiles_per_square} tiles and a box with {tiles_per_box} tiles costs {box_price}?",
            "Inside the school {place} there is a rectangular {inner}, {inner_length} metres long and {inner_width} metres wide, that [gets no tiles|is left without tiles]. The rest of the {place} is tiled. The {place} itself is {garden_length} metres long and {garden_width} metres wide. One square metre takes {tiles_per_square} tiles. One box holds {tiles_per_box} tiles and is sold for {box_price}. What is the [total|full] price of the tiles?",
            "{name} [measures|looks at] the {place}: a rectangle of {garden_length} by {garden_width} metres. A {inner} inside it takes up {inner_length} by {inner_width} metres. Every square metre of the rest gets {tiles_per_square} tiles. {name} pays {box_price} for each box, and there are {tiles_per_box} tiles in a box. How many dollars do all the boxes cost?",
            "It takes {tiles_per_square} tiles to cover one square metre. {name} covers a whole {place}, {garden_width} metres wide and {garden_length} metres long, except for a {inner} in it that is {inner_width} metres wide and {inner_length} metres long. At {box_price} for a box of {tiles_per_box} tiles, how much [does it cost|must be paid|does {name} pay]?",
            "[A school has a rectangular {place}, {garden_length} metres in length and {garden_width} metres in width.|The {place} of a school is a rectangle that measures {garden_length} by {garden_width} metres.|{name} has drawn a plan of the rectangular {place}, whose length is {garden_length} metres and whose width is {garden_width} metres.|Behind a school lies a rectangular {place} with a length of {garden_length} metres and a width of {garden_width} metres.] "
            "[In it there is a {inner} of {inner_length} by {inner_width} metres where no tiles are laid.|A rectangle of {inner_length} by {inner_width} metres inside the {place} is a {inner} and stays without tiles.|No tiles go on the {inner} inside, a rectangle with sides of {inner_length} metres and {inner_width} metres.|The rectangular {inner} within the {place}, which is {inner_length} metres long with a width of {inner_width} metres, is not tiled.] "
            "[Everywhere else, {tiles_per_square} tiles are laid on each square metre.|The remaining area is covered with {tiles_per_square} tiles per square metre.|On the rest of the ground, a square metre takes {tiles_per_square} tiles.|All the other ground is tiled, and each square metre uses up {tiles_per_square} tiles.] "
            "[The tiles are sold in boxes of {tiles_per_box} for {box_price} a box.|A shop sells the tiles by the box: {tiles_per_box} tiles for {box_price}.|For {box_price}, you get a box with {tiles_per_box} tiles in it.|Each box costs {box_price} and contains {tiles_per_box} tiles.] "
            "[How many dollars do all the tiles cost?|What is the price of all the tiles together?|How much money is needed for the tiles?|What has to be paid for the boxes of tiles?|Find the price of all the tiles.]",
            "[Boxes of tiles are on sale for {box_price} each.|{name} orders tiles at {box_price} a box.|A shop asks {box_price} for a box of tiles.|The price of a box of tiles is {box_price}.] "
            "[A box holds {tiles_per_box} tiles.|There are {tiles_per_box} tiles inside each box.|The number of tiles in a box is {tiles_per_box}.|Every box is packed with {tiles_per_box} tiles.] "
            "[To tile a square metre, {tiles_per_square} tiles are necessary.|{tiles_per_square} of the tiles fill a square metre.|For every square metre, {name} must lay {tiles_per_square} tiles.|The number of tiles per square metre is {tiles_per_square}.] "
            "[No tiles are wanted on the {inner}, which measures {inner_length} by {inner_width} metres and lies inside the {place}.|The {inner} in the {place} stays as it is: a rectangle, {inner_length} metres in length and {inner_width} metres in width.|A {inner} within the {place} is left out; it is a rectangle with a length of {inner_length} metres and a width of {inner_width} metres.|{name} leaves out the {inner} in the {place}, a rectangle of {inner_length} by {inner_width} metres.] "
            "[Everything else in the rectangular {place} is tiled, and the {place} with its {inner} measures {garden_length} by {garden_width} metres.|The {place} including the {inner} is a rectangle, {garden_length} metres in length and {garden_width} metres in width, and all but the {inner} is tiled.|The rest of the {place} is covered completely; the whole {place}, {inner} included, is a rectangle with sides of {garden_length} metres and {garden_width} metres.|Tiles go on all other parts of the {place}, a rectangle whose full length is {garden_length} metres and whose full width is {garden_width} metres.] "
            "[What is the cost of all the boxes?|How many dollars must {name} pay for the boxes?|How much does tiling the {place} cost?|What sum does {name} have to pay for the tiles?|How much money will be spent on tiles?]",
            "[How much does {name} have to pay for the tiles of a {place}?|Find the cost of the tiles for the rectangular {place} of a school.|What is the price of the tiles that a school needs for its {place}?|How many dollars does it cost to buy the tiles for a {place}?] "
            "[The {place} is rectangular, with sides of {garden_length} metres and {garden_width} metres.|{garden_length} metres is the length of the rectangular {place}, and {garden_width} metres is its width.|The {place} measures {garden_length} by {garden_width} metres in total.|From end to end the rectangular {place} measures {garden_length} metres, and from side to side it measures {garden_width} metres.] "
            "[Part of the {place} is a {inner}, {inner_length} by {inner_width} metres in size, that needs no tiles.|Tiles are not laid where the {inner} is, on a rectangle of {inner_length} by {inner_width} metres inside the {place}.|Only the rectangular {inner} inside, with a length of {inner_length} metres and a width of {inner_width} metres, is not tiled.|Within the {place}, a rectangle of {inner_length} by {inner_width} metres is taken up by a {inner} and remains without tiles.] "
            "[{tiles_per_box} tiles come in a box that costs {box_price}.|A box, sold at {box_price}, has {tiles_per_box} tiles.|{box_price} is what a box of {tiles_per_box} tiles costs.|At the shop, {tiles_per_box} tiles make up a box, and the price of a box is {box_price}.] "
            "[For a square metre, {tiles_per_square} tiles are used.|Each square metre is laid with {tiles_per_square} tiles.|{tiles_per_square} tiles have to be put on every square metre that is tiled.|On a tiled square metre there are {tiles_per_square} tiles.]",
            "[Plan of a {place}: {garden_length} by {garden_width} metres, with a {inner} of {inner_length} by {inner_width} metres inside, and tiles everywhere except on the {inner}.|Except for a {inner} inside it measuring {inner_length} by {inner_width} metres, a whole {place} measuring {garden_length} by {garden_width} metres is tiled.|Tiles are planned for all of a rectangular {place} that is {garden_length} metres in length and {garden_width} metres in width, but not for the rectangular {inner} inside, whose sides are {inner_length} metres and {inner_width} metres.|{name} says that the rectangular {place} measures {garden_length} by {garden_width} metres in all and that the {inner} inside, with its {inner_length} by {inner_width} metres, is the only part without tiles.] "
            "[Tiles: {tiles_per_square} per square metre, {tiles_per_box} per box, {box_price} for a box.|{tiles_per_square} is the number of tiles for a square metre, {tiles_per_box} is the number of tiles in a box, and {box_price} is the price of a box.|A tiled square metre calls for {tiles_per_square} tiles, and a box that costs {box_price} contains {tiles_per_box} of them.|The tiles, of which {tiles_per_square} cover a square metre, are bought in boxes that hold {tiles_per_box} tiles and are priced at {box_price} each.] "
            "[What is the cost of the tiles?|How much are all the boxes of tiles together?|How many dollars have to be spent on tiles?|What amount is paid for all the tiles?|Find the total price of the tiles.]",
            "{name} tiles the school {place}, which is {garden_length} metres long and {garden_width} metres wide. Only the {inner} in it, {inner_length} by {inner_width} metres, gets no tiles. A box has {tiles_per_box} tiles and costs {box_price}, and {tiles_per_square} tiles cover a square metre. How many dollars does {name} [pay|spend] for the tiles?",
            "A box of tiles costs {box_price} and has {tiles_per_box} tiles in it. Each square metre needs {tiles_per_square} tiles. The {place} is a rectangle of {garden_length} metres by {garden_width} metres, and the {inner} inside it is a rectangle of {inner_length} metres by {inner_width} metres. All of the {place} is tiled, but the {inner} is not. What do the tiles cost [altogether|in total]?",
        ),
        distractors=("The work takes {n} days.", "The {place} is {n} years old.", "There are {n} birds in the {place}."),
    ),
)

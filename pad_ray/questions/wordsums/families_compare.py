"""Scenario families about comparing people, ages, and parts of groups."""

from pad_ray.questions.wordsums.grammar import Family, Fraction, Percent, Step, Whole

RELATIVES = ("Grandma", "Grandpa", "Uncle Joe", "Aunt Lily", "Uncle Tom", "Aunt Rose", "Cousin Kim")

FAMILIES = (
    Family(
        name="more_and_times_chain",
        topic="comparison",
        numbers={"owned": Whole(3, 60), "extra": Whole(2, 40), "times": Whole(2, 6)},
        words={
            "third": RELATIVES,
            "item": ("stamps", "apples", "books", "marbles", "seashells", "cookies", "flowers", "pencils"),
        },
        steps=(
            Step("owned_other", "owned + extra", "{other} has {=} {item}."),
            Step("owned_third", "owned_other * times", "{third} has {=} {item}."),
            Step("total_items", "owned + owned_other + owned_third", "Together they have {=} {item}."),
        ),
        phrasings=(
            "{name} has {owned} {item}. {other} has {extra} more {item} than {name}, and {third} has {times} times as many as {other}. How many {item} do [the three|all three] have [together|in total]?",
            "{third} has {times} times as many {item} as {other}. {other} has {extra} more than {name}, who has {owned} {item}. How many {item} do they have [altogether|in all]?",
            "How many {item} do {name}, {other} and {third} have [together|in all], if {name} has {owned}, {other} has {extra} more than {name}, and {third} has {times} times as many as {other}?",
            "{other} owns {extra} more {item} than {name}. {name} owns {owned} {item}. {third} owns {times} times as many {item} as {other}. What is the total number of {item} [they own|that the three own]?",
            "{name}, {other} and {third} put all their {item} [on a table|in a basket]. {name} brings {owned}. {other} brings {extra} more than {name} does. {third} brings {times} times the number that {other} brings. How many {item} are there in total?",
            "[If {name} had {extra} more {item}|With {extra} more {item}], {name} would have as many as {other}. {name} has {owned} {item}, and {third} has {times} times as many as {other}. How many {item} do the three [own|have] in total?",
            "[{name} has {owned} {item}.|{name} [owns|keeps|has brought along] {owned} {item}.|There are {owned} {item} that belong to {name}.|{owned} {item} are the property of {name}.|{name} counts all the {item} at home and gets to {owned}.] "
            "[{other} has {extra} more than {name}.|{other} has as many as {name} and another {extra} besides.|Compared with {name}, {other} has {extra} extra {item}.|The number of {item} that {other} has is larger than {name}'s by {extra}.|{other} beats {name} by {extra} {item}.] "
            "[{third} has {times} times the number that {other} has.|{third}, in turn, is the owner of {times} times {other}'s number.|Multiply {other}'s number by {times} and you get the number of {item} that {third} has.|For each of the {item} of {other}, {third} has {times}.|And {third} can show {times} times what {other} can show.] "
            "[How many {item} do {name}, {other} and {third} own altogether?|What is the total number of {item} of {name}, {other} and {third}?|Counting the {item} of {name}, {other} and {third}, how many are there?|If {name}, {other} and {third} put their {item} together, how many will there be?|Find how many {item} {name}, {other} and {third} have in all.]",
            "[The number of {item} that {third} has is {times} times the number that {other} has.|If {other}'s number of {item} is multiplied by {times}, the result is {third}'s number.|{third} has the most {item}: {times} times what {other} has.|{other} has some {item}, and {third} has {times} times that number.|It would take the {item} of {times} people like {other} to match those of {third}.] "
            "[{other}, on the other hand, has {extra} more than {name}.|{name} would need {extra} more {item} to [catch up with|have as many as] {other}.|If {other} lost {extra} {item}, {other} and {name} would have the same number.|{name} has fewer {item} than {other}: the difference is {extra}.|There is a difference of {extra} {item} between {other} and {name}, and {other} has the larger number.] "
            "[{name} has {owned}.|The number that {name} has is {owned}.|{name} has counted {item}, too, and got to {owned}.|As for {name}, the count of {item} stops at {owned}.|Only {owned} {item} belong to {name}.] "
            "[What is the sum of all the {item} of {third}, {other} and {name}?|How many {item} would lie on a table where {third}, {other} and {name} put everything they have?|Taken together, how many {item} do {third}, {other} and {name} have?|How many {item} is that in total for {name}, {other} and {third}?|Find the total number of {item} that {third}, {other} and {name} have.]",
            "[How many {item} do {name}, {other} and {third} own altogether|What is the total number of {item} of {name}, {other} and {third}|How many {item} are there when those of {name}, {other} and {third} are counted together|How many {item} are there between {name}, {other} and {third}|What number of {item} do {name}, {other} and {third} reach as a team], "
            "[if|given that|supposing that] "
            "[{name} has {owned}|{owned} of them belong to {name}|the share of {name} is {owned}|{name} is the owner of {owned}|{name} brings in {owned}], "
            "[{other} has {extra} more than that|{other} has that many and {extra} more|{extra} more than that belong to {other}|the share of {other} is larger than that by {extra}], "
            "[and {third} has {times} times the share of {other}|while {third} has {times} times what {other} has|and the share of {third} is {times} times the share of {other}|and {third} has {times} for each that {other} owns|but {third} is ahead with {times} times the number of {other}]?",
            "[{owned} is the number of {item} that {name} [has|owns].|A total of {owned} {item} belong to {name}.|{name} reports having {owned} {item}.|{item} of {name}: {owned}.|With {owned} {item}, {name} has the smallest share.] "
            "[Adding {extra} to {name}'s number gives the number of {other}.|{other} says that {name} has {extra} fewer.|{other}: {extra} more than {name}.|A further {extra} would bring {name} level with {other}.|{other}, who is ahead of {name}, has {extra} more.|{name} is outdone by {other}, the difference being {extra} {item}.] "
            "[{third}: {times} times the number of {other}.|{third} rightly claims to have {times} times what {other} has.|{times} times {other}'s number is the number that {third} has.|Even {other} is outdone by {third}, who owns {times} times the number of {other}.|We are also told that {third}'s number is {times} times {other}'s.] "
            "[How many {item} is that for {name}, {other} and {third} together?|What is the total for {name}, {other} and {third}?|How many {item} have to be packed if everything that {name}, {other} and {third} own goes into a big box?|What do the {item} of {name}, {other} and {third} add up to?|The task is to find how many {item} {name}, {other} and {third} have when all are counted.]",
            "{name} has {owned} {item}, which is {extra} fewer than {other} has. {third} has {times} times as many {item} as {other}. How many {item} do the three have altogether?",
            "{third} brings {times} times as many {item} as {other}, and {other} brings {extra} more {item} than {name}. If {name} brings {owned} {item}, how many {item} do they bring in total?",
        ),
        distractors=(
            "{name} is {n} years old.",
            "{third} lives {n} kilometres away.",
            "There are {n} chairs in the room.",
        ),
    ),
    Family(
        name="shares_of_known_total",
        topic="comparison",
        numbers={"total_items": Whole(20, 300), "times": Whole(2, 6), "extra": Whole(2, 30)},
        words={
            "third": RELATIVES,
            "item": ("tickets", "pears", "photos", "eggs", "coins", "postcards", "mushrooms", "badges"),
        },
        steps=(
            Step("without_extra", "total_items - extra", "Without the extra {item} of {third}, there are {=} {item}."),
            Step("equal_parts", "times + 2", "These are {=} equal parts."),
            Step("part_size", "without_extra / equal_parts", "So one part, which is what {other} has, is {=} {item}."),
            Step("owned", "part_size * times", "{name} has {=} {item}."),
        ),
        where=lambda v: v["part_size"].denominator == 1 and v["part_size"] > 1,
        phrasings=(
            "{name}, {other} and {third} have {total_items} {item} [together|in total]. {name} has {times} times as many as {other}, and {third} has {extra} more than {other}. How many {item} does {name} have?",
            "{third} has {extra} more {item} than {other}. {name} has {times} times as many {item} as {other}. [Together|In all], the three have {total_items} {item}. How many [of them are {name}'s|does {name} have]?",
            "How many {item} does {name} have, if {name} has {times} times as many as {other}, {third} has {extra} more than {other}, and [all three|the three] have {total_items} {item} together?",
            "Three people [share|divide] {total_items} {item}. {name} gets {times} times as many as {other}. {third} gets {extra} more than {other}. How many {item} does {name} get?",
            "{other} finds some {item}. {name} finds {times} times as many as {other}, [and|while] {third} finds {extra} more than {other}. In total, the three find {total_items} {item}. How many {item} does {name} find?",
            "There are {total_items} {item} [in the house|on the table], and they belong to {name}, {other} and {third}. {other} has {extra} fewer than {third}. {name} has {times} times as many as {other}. How many {item} belong to {name}?",
            "[{name}, {other} and {third} share {total_items} {item}.|{total_items} {item} are shared out among {name}, {other} and {third}.|Together, {name}, {other} and {third} [have|own] {total_items} {item}.|{name}, {other} and {third} have gathered {total_items} {item} in all.|The [supply|stock] that {name}, {other} and {third} have is made up of {total_items} {item}.] "
            "[{name} has {times} times what {other} has.|{name}'s share is {times} times {other}'s share.|For each of the {item} of {other}, {name} has {times}.|The number that {name} has is {times} times the number that {other} has.|When the share of {other} is multiplied by {times}, the result is the share of {name}.] "
            "[{third} has {extra} more {item} than {other}.|{third} owns just as many as {other} and {extra} besides.|{third}'s share is larger than {other}'s by {extra}.|{other} would need {extra} more to draw level with {third}.|{other} and {third} would be level if {third} had {extra} fewer.] "
            "[How many of the {item} belong to {name}?|What is the number of {item} that {name} has?|How big is {name}'s share of the {item}?|How many {item} are in the share of {name}?|Find the number of {item} that {name} owns.]",
            "[{third} has {extra} {item} more than {other}.|There is a gap of {extra} {item} between {other} and {third}, with {third} ahead.|{other} has some {item}, and {third} has that many plus another {extra}.|Take {extra} {item} away from {third}, and {third} would have just as many as {other}.|{other} is {extra} {item} behind {third}.] "
            "[{name}, though, has {times} times the number of {other}.|As for {name}, the number is {times} times that of {other}.|With {times} times what {other} has, {name} is well supplied.|Multiplying {other}'s number by {times} gives {name}'s number.|The share of {name} is {times} times as large as {other}'s.] "
            "[When all the {item} of {name}, {other} and {third} are counted, there are {total_items}.|{total_items} is the number of {item} that {name}, {other} and {third} have together.|In all, {name}, {other} and {third} own {total_items} {item}.|The {item} of {third}, {other} and {name} come to {total_items} altogether.|Put together, {name}'s, {other}'s and {third}'s {item} number {total_items}.] "
            "[How many {item} are {name}'s?|What is {name}'s number of {item}?|How many {item} must {name} have?|Of all the {item}, how many are owned by {name}?|Find out how many {item} {name} has.]",
            "[If {total_items} {item} are split among {name}, {other} and {third}, how many are for {name}?|How large is {name}'s part of {total_items} {item} shared by {name}, {other} and {third}?|What is the share of {name} when {name}, {other} and {third} split {total_items} {item}?|Find the number of {item} that {name} gets when {total_items} {item} are handed out to {third}, {other} and {name}.|Of {total_items} {item} that {name}, {other} and {third} own together, how many are {name}'s?] "
            "[The rule is that {name} gets {times} times the share of {other}.|{name}'s part is {times} times as large as {other}'s.|It is known that the number for {name} is {times} times the number for {other}.|{name} receives {times} {item} for each that {other} receives.|{other}'s part fits into {name}'s part exactly {times} times.] "
            "[{third} gets the same number as {other} and {extra} on top of that.|{other}'s part is smaller than {third}'s by {extra} {item}.|The part of {third} is {other}'s part plus {extra} {item}.|{third} receives {extra} {item} more than {other} does.|{extra} {item} is the amount by which {third} beats {other}.]",
            "[Owners of {total_items} {item}: {name}, {other} and {third}.|A total of {total_items} {item} have been given out to {third}, {name} and {other}.|It is said that {name}, {other} and {third} have {total_items} {item} altogether.|{total_items} {item}, all owned by {name}, {other} or {third}, are laid out on the floor.|Adding up the {item} of {other}, {third} and {name} gives {total_items}.] "
            "[{other} has a certain number, {name} has {times} times that number, and {third}'s number is larger than {other}'s by {extra}.|The share of {other} has to be multiplied by {times} to get the share of {name}, and increased by {extra} to get the share of {third}.|{other}, who owns {extra} fewer than {third}, knows that {name} owns {times} times the number of {other}.|{name}: {times} times the number of {other}. {third}: the number of {other} plus {extra}.|While {third} is {extra} {item} ahead of {other}, {name} has {times} times the number of {other}.] "
            "[What number of {item} belongs to {name}?|How many {item} go to {name}?|If all this is true, how many {item} are in {name}'s hands?|Which number of {item} goes to {name}?|Work with these facts to find {name}'s number of {item}.]",
            "The {total_items} {item} in a box belong to {name}, {other} and {third}. {third} has {extra} more than {other}, and {name} has {times} times as many as {other}. How many {item} does {name} have?",
            "{name} has {times} times as many {item} as {other}, while {other} has {extra} fewer {item} than {third}. How many {item} does {name} have if the three have {total_items} {item} in total?",
        ),
        distractors=(
            "{other} is {n} years old.",
            "{name} and {other} have known each other for {n} months.",
            "The house of {third} has {n} windows.",
        ),
    ),
    Family(
        name="ages_in_some_years",
        topic="ages",
        numbers={"age": Whole(4, 20), "times": Whole(2, 5), "years": Whole(2, 15)},
        words={"relation": ("a cousin", "a teacher", "a neighbour", "a coach", "a friend", "a trainer")},
        steps=(
            Step("age_other", "age * times", "{other} is {=} years old now."),
            Step("age_later", "age + years", "In {years} years, {name} will be {=} years old."),
            Step("age_other_later", "age_other + years", "{other} will be {=} years old."),
            Step("ages_together", "age_later + age_other_later", "Their ages will add up to {=} years."),
        ),
        where=lambda v: 15 <= v["age_other"] <= 75,
        phrasings=(
            "{name} is {age} years old. {other}, {relation}, is {times} times as old as {name}. What will [their ages add up to|the sum of their ages be] in {years} years?",
            "{other} is {times} times as old as {name}, who is {age} [years old|years old today]. In {years} years, how old will the two be together?",
            "What will the ages of {name} and {other} add up to in {years} years, if {name} is {age} years old [now|today] and {other} is {times} times as old?",
            "[Today|This year], {name} turns {age}. {name} has {relation}, {other}, whose age is {times} times the age of {name}. How many years will their two ages make together {years} years from now?",
            "In {years} years, {name} and {other} will add up their ages. {name} is {age} [now|at the moment], and {other} is {times} times as old as {name} [now|today]. What [sum|total] will they get?",
            "The age of {other} is {times} times the age of {name}. {name} is {age} years old. Find the sum of their ages [in {years} years|{years} years from now].",
            "[{name} is {age}.|{name} has just turned {age}.|{name} is now {age} years of age.|The age of {name} is {age} years.|At present {name} is aged {age}.] "
            "[{other}, who is {relation}, is {times} times that age.|{name} has {relation} called {other}, who has {times} times the age of {name}.|{relation} called {other} has lived {times} times as many years as {name}.|{name} knows {other}, {relation} whose age is {times} times the age of {name}.|{other} is older and has {times} times the age of {name}.] "
            "[In {years} years, what will be the total of {name}'s and {other}'s ages?|What will {name}'s age and {other}'s age add up to after {years} more years?|When {years} years have passed, how many years will the ages of {name} and {other} make together?|What total will the ages of {name} and {other} reach {years} years from today?|Find what {name}'s age plus {other}'s age will be {years} years later.]",
            "[Think of a day exactly {years} years from today.|The time to think of is {years} years from now.|{name} and {other} plan to meet again in {years} years.|Another {years} years will pass before {name} and {other} have a photo taken again.|{name} and {other} are saving for a trip that starts {years} years from now.] "
            "[Today, {other} is {times} times {name}'s age.|At the moment, the age of {other} is {times} times that of {name}.|As of now, {other} has lived {times} times as long as {name}.|Multiplying {name}'s present age by {times} gives {other}'s present age.|For every year that {name} has lived up to today, {other} has lived {times}.] "
            "[{name}'s present age is {age}.|{name} is {age} at the moment.|Right now {name} is {age}.|So far, {name} has lived for {age} years.|The present age of {name} is given as {age} years.] "
            "[What will {name}'s age plus {other}'s age be at that future time?|At that later time, what will the ages of {name} and {other} add up to?|How many years will {name} and {other} have lived in total at that future time?|At that later time, how many years will the ages of {name} and {other} make together?|Find the total of the ages that {name} and {other} will have at that time in the future.]",
            "[{years} years from now, what number will the ages of {name} and {other} sum to?|What will you get if you add {name}'s age and {other}'s age in {years} years?|To what number will the ages of {name} and {other} add up once {years} more years are over?|What will the combined age of {name} and {other} be in {years} years?|If {name} and {other} add their ages {years} years from now, what result do they get?|Find the sum of the ages that {name} and {other} will have after {years} years.] "
            "[At this time, {name} is {age} and {other} has {times} times that age.|Now {other}'s age is {times} times {name}'s, and {name} is {age}.|{name}, now {age} years of age, is a lot younger than {other}, whose age is {times} times as large.|{other} is now {times} times the age of {name}, who has lived for {age} years.|Today {name} turns {age}, and the age of {other} is that number taken {times} times.|The present age of {other} is {times} times that of {name}, which is {age} years.]",
            "[A birthday card for {name} shows the number {age}, which is {name}'s age today.|{age} years have passed since {name} was born.|{name} was born exactly {age} years ago.|Age of {name} today: {age} years.|Someone asks how old {name} is, and the answer is {age}.] "
            "[{name}'s age, multiplied by {times}, is the age of {other}.|Age of {other} today: {times} times the age of {name}.|The years that {other} has lived are {times} times the years of {name}.|{other}, {relation}, says that {other}'s age is now {times} times {name}'s.|If {name}'s age today is taken {times} times, the result is the age of {other} today.] "
            "[Suppose {years} years go by.|Now let {years} years pass.|Each of the ages then grows by {years} years.|From then on, {name} and {other} each celebrate {years} more birthdays.|{years} years are added to each of these ages.] "
            "[What is then the sum of the ages of {name} and {other}?|What do the ages of {name} and {other} add up to after that time?|After that time, what is the total age of {name} and {other}?|If the new ages of {name} and {other} are added, what is the result?|Find the sum of the new ages of {name} and {other}.]",
            "{name} is {age} years old now, and {other} is {times} times as old as {name}. How old will {name} and {other} be together {years} years from now?",
            "{other} is {relation} of {name} and is {times} times as old as {name}. If {name} is {age} years old today, what will the sum of their ages be in {years} years?",
        ),
        distractors=(
            "{name} lives at number {n} in a long street.",
            "{other} owns {n} books.",
            "There are {n} pupils in the class of {name}.",
        ),
    ),
    Family(
        name="times_as_old_years_ago",
        topic="ages",
        numbers={"age_sum": Whole(20, 120), "years_ago": Whole(2, 15), "times": Whole(2, 5)},
        words={"pair": ("cousins", "neighbours", "friends", "relatives", "chess players", "choir singers")},
        steps=(
            Step("sum_then", "age_sum - 2 * years_ago", "{years_ago} years ago, the ages added up to {=} years."),
            Step("equal_parts", "times + 1", "That sum was {=} equal parts."),
            Step("younger_then", "sum_then / equal_parts", "{other} was {=} years old then."),
            Step("older_then", "younger_then * times", "{name} was {=} years old then."),
            Step("older_now", "older_then + years_ago", "Now {name} is {=} years old."),
        ),
        where=lambda v: v["younger_then"].denominator == 1 and v["younger_then"] > 1 and v["older_now"] < 90,
        phrasings=(
            "{name} and {other} are {pair}. [Together|In total] they are {age_sum} years old. {years_ago} years ago, {name} was {times} times as old as {other}. How old is {name} now?",
            "The ages of {name} and {other} [add up to|have a sum of] {age_sum} years. If {name} was {times} times as old as {other} {years_ago} years ago, how old is {name} [now|today]?",
            "How old is {name} [now|today], if {name} was {times} times as old as {other} {years_ago} years ago and the two are {age_sum} years old together [now|today]?",
            "{years_ago} years ago, the age of {name} was {times} times the age of {other}. [Today|Now] the sum of their ages is {age_sum} years. What is the age of {name} [today|now]?",
            'Two {pair}, {name} and {other}, [talk about|compare] their ages. "{years_ago} years ago I was {times} times as old as you," says {name} to {other}. Their ages now make {age_sum} years together. How old is {name} now?',
            "Find the age of {name} today. {name} and {other} are {age_sum} years old together [today|now], and {years_ago} years ago {name} was {times} times as old as {other}.",
            "[Think back {years_ago} years: at that time {name} was {times} times {other}'s age.|Going back {years_ago} years, {name}'s age was {times} times {other}'s age.|{years_ago} years before today, {name} had lived {times} times as many years as {other}.|There was a day exactly {years_ago} years ago on which {name}'s age was {times} times that of {other}.|{years_ago} years ago, multiplying {other}'s age by {times} gave {name}'s age.] "
            "[Today, the ages of {other} and {name} total {age_sum}.|Now {name}'s age plus {other}'s age makes {age_sum}.|At present {name} and {other} have lived {age_sum} years between them.|{name} and {other} are still [{pair}|good friends], and by now their ages come to {age_sum} years in all.|Time has passed, and now {name} and {other} have a total age of {age_sum}.] "
            "[How old is {name} now?|What is {name}'s present age?|How many years old is {name} at present?|What age is {name} today?|How many years has {name} lived so far?|Find {name}'s age today.]",
            "[Today, the ages of {other} and {name} total {age_sum} years.|The total age of the {pair} {name} and {other} is now {age_sum}.|{age_sum} is what you get when you add {name}'s age and {other}'s age today.|Between them, {name} and {other} have by now lived for {age_sum} years.|{name} and {other}, who are {pair}, notice that their ages today add up to {age_sum}.] "
            "[Earlier, to be exact {years_ago} years before today, {name}'s age was {times} times {other}'s.|In the past, {name} once had {times} times the age of {other}, and that was {years_ago} years ago.|Looking back {years_ago} years from today, {name} was {times} times the age of {other}.|If we turn the clock back by {years_ago} years, {name}'s age is {times} times that of {other}.|Subtract {years_ago} years from each age, and {name}'s number is {times} times {other}'s number.] "
            "[What is {name}'s age today?|How many years old is {name} now?|What age has {name} reached by now?|How old must {name} be at present?|Find out how old {name} is at present.]",
            "[How many years old is {name} now|What is {name}'s age today|What age is {name} at present|How old must {name} be now|What number of years has {name} lived up to today], "
            "[if|given that|knowing that] "
            "[{name}'s and {other}'s present ages add up to {age_sum}|{name} and {other} have a total age of {age_sum} today|today {name} and {other} have lived {age_sum} years in all|the present ages of the {pair} {other} and {name} make {age_sum} years in total] "
            "[and that|and it is also known that] "
            "[{years_ago} years ago {name}'s age was {times} times {other}'s|exactly {years_ago} years ago {name} had {times} times the age of {other}|{name}, back in the year that lies {years_ago} years before today, was {times} times {other}'s age|the age of {other} had to be multiplied by {times} to give {name}'s age {years_ago} years ago]?",
            "[{age_sum} years is the sum of the present ages of {other} and {name}.|Total age of {other} and {name} today: {age_sum} years.|{other} says to {name} that their ages now make {age_sum} years if they are added.|Adding up how old {name} and {other} are today gives {age_sum}.|The {pair} {name} and {other} are told that together they are now {age_sum} years old.] "
            "[A photo of {name} and {other} was taken {years_ago} years ago, when {name}'s age was {times} times {other}'s.|On a holiday {years_ago} years ago, {name} and {other} noticed that {name}'s age was {times} times the age of {other}.|{name} remembers being {times} times {other}'s age, which was the case {years_ago} years ago.|Age of {name}, measured {years_ago} years ago: {times} times the age of {other} at that time.|When {other} was younger, to be exact {years_ago} years ago, {other}'s age had to be multiplied by {times} to give {name}'s age.] "
            "[What is the present age of {name}?|How old is {name} at this moment?|Which birthday did {name} celebrate last, that is, how old is {name} now?|If all of this is right, what age is {name} now?|Use this to find {name}'s present age.]",
            "{name} was {times} times as old as {other} {years_ago} years ago. Now the ages of the two {pair} add up to {age_sum} years. How old is {name} today?",
            "If you add the ages of {name} and {other} today, the sum is {age_sum} years. {years_ago} years ago, {name} was {times} times as old as {other}. What is the age of {name} now?",
        ),
        distractors=(
            "{name} owns {n} books.",
            "{name} lives {n} kilometres from the sea.",
            "{other} has {n} coins in a pocket.",
        ),
    ),
    Family(
        name="fraction_then_percent_of_rest",
        topic="fractions",
        numbers={"members": Whole(12, 240, 2), "first_share": Fraction(), "rest_percent": Percent()},
        words={
            "group": ("pupils", "children", "students", "players", "guests", "campers", "singers"),
            "first": ("soup", "pizza", "fish", "pasta", "pancakes"),
            "second": ("salad", "rice", "beans", "pie", "noodles"),
            "last": ("a sandwich", "an omelette", "a burger", "a wrap"),
        },
        steps=(
            Step("first_part", "members * first_share", "The number of {group} with {first} is {=}."),
            Step("rest", "members - first_part", "That leaves {=} {group}."),
            Step("second_part", "rest * rest_percent / 100", "Of these, {=} {group} choose {second}."),
            Step("last_part", "rest - second_part", "So {=} {group} choose {last}."),
        ),
        where=lambda v: all(
            v[part].denominator == 1 and v[part] > 1 for part in ("first_part", "rest", "second_part", "last_part")
        ),
        phrasings=(
            "There are {members} {group}. For lunch, {first_share} of the {group} choose {first}. Of [the rest|the others|those who are left], {rest_percent} choose {second} and [all others choose|everyone else chooses] {last}. How many {group} choose {last}?",
            "In a group of {members} {group}, {first_share} of them order {first}, {rest_percent} of the [remaining ones|rest] order {second}, and everyone else gets {last}. How many get {last}?",
            "How many of {members} {group} eat {last}, if {first_share} of the {group} eat {first}, {rest_percent} of the rest eat {second} and [all others|all who are left] eat {last}?",
            "{name} cooks for {members} {group}. {first_share} of the {group} [ask for|want] {first}. Of those who do not, {rest_percent} [ask for|want] {second}. Everyone else [asks for|wants] {last}. For how many {group} does {name} make {last}?",
            "The {group} can choose {first}, {second} or {last}, one dish each. There are {members} {group}, and {first_share} of them choose {first}. Then {rest_percent} of the others choose {second}. How many {group} are left [for|to choose] {last}?",
            "At lunch there is {last} for all {group} who choose neither {first} nor {second}. Of the {members} {group}, {first_share} choose {first}, and {rest_percent} of the rest choose {second}. How many {group} [get|have] {last}?",
            "[{members} {group} come to lunch.|There are {members} {group} in the [dining hall|canteen].|A cook has to feed {members} {group}.|Lunch is served to {members} {group}.|The tables are set for {members} {group}.] "
            "[{first_share} of them pick {first}.|{first_share} of these {group} are served {first}.|The meal for {first_share} of them is {first}.|{first_share} of all the {group} ask for a plate of {first}.|{name} serves {first} to {first_share} of the {group}.] "
            "[Of the {group} who are left, {rest_percent} pick {second}.|{rest_percent} of the remaining {group} go for {second}.|Among those without {first}, {rest_percent} decide on {second}.|The others are asked next, and {rest_percent} of them would like {second}.|After that, {rest_percent} of the {group} still waiting are given {second}.] "
            "[Everyone still without a meal takes {last}.|The remaining {group} all eat {last}.|For each of the others there is {last}.|Each of the {group} left over gets {last}.|Those who have nothing yet are then handed {last} each.] "
            "[How many {group} end up with {last}?|For how many {group} is {last} the meal?|What is the number of {group} who eat {last}?|How many of the {group} have {last} for lunch?|Find the number of {group} with {last}.]",
            "[Anyone who takes neither {first} nor {second} is given {last}.|At the canteen, {last} is the meal for the {group} who want neither {first} nor {second}.|{name} keeps {last} ready for each of the {group} who do not eat {first} or {second}.|The kitchen makes {last} for every person who has turned down {first} and also {second}.|Those {group} who order no {first} and no {second} have {last} instead.] "
            "[Among the {group} who do not take {first}, {rest_percent} eat {second}.|{rest_percent} of those who skip {first} have {second}.|{second} on the plate: that is the wish of {rest_percent} of the {group} who say no to {first}.|When the {group} who eat {first} are left out, {rest_percent} of the others ask for {second}.|If we look only at the {group} without {first}, {rest_percent} of them are having {second}.] "
            "[{first_share} of all the {group} do take {first}.|It is {first_share} of all {group} who eat {first}.|The part of all the {group} having {first} is {first_share}.|Out of all the {group}, {first_share} say yes to {first}.|{first_share} of the whole group have {first}.] "
            "[There are {members} {group} in all.|The whole group is made up of {members} {group}.|Altogether, {members} {group} are eating.|{members} is the number of all the {group}.|The number of {group} at the tables is {members}.] "
            "[How many {group} eat {last}?|How many meals with {last} are needed?|What number of {group} have {last}?|How many {group} is {last} made for?|Find how many {group} get {last}.]",
            "[How many {group} will be eating {last}|What is the number of {group} with {last} on their plates|For how many {group} must there be {last}|How many {group} are left for {last}|How many times must {name} prepare {last}], "
            "[if|given that|supposing that] "
            "[there are {members} {group}|{members} {group} sit down to eat|meals are made for {members} {group}|the whole group counts {members} {group}], "
            "[{first_share} of all these {group} have {first}|the plates of {first_share} of them hold {first}|{first_share} of them are given {first}|{first_share} of the whole group say yes to {first}], "
            "[{rest_percent} of the remaining {group} have {second}|the plates of {rest_percent} of the remaining {group} hold {second}|{rest_percent} of those without {first} are given {second}|{rest_percent} of the {group} left over say yes to {second}], "
            "[and everybody else has {last}|and {last} is given to each of those still left|while each of the others has {last}|and the remaining people all take {last}]?",
            "[Lunch list for {members} {group}.|{name} writes down what {members} {group} would like to eat.|A survey about lunch was answered by {members} {group}.|Orders have been taken from {members} {group}.|A total of {members} {group}, each with a single dish, are in the dining room.] "
            "[{first}: {first_share} of the {group}.|Plates with {first} were ordered by {first_share} of the {group}.|The answer was {first} for {first_share} of them.|Those who named {first} made up {first_share} of the {group}.|{first_share} of the {group}, it turns out, would like {first}.] "
            "[{second}: {rest_percent} of those not on the list for {first}. {last}: all the rest.|{second} had the votes of {rest_percent} of the remaining {group}, and {last} had all the other votes.|Of the {group} who did not name {first}, {rest_percent} named {second}, and those who named neither asked for {last}.|Those who were then left either asked for {second}, which {rest_percent} of them did, or for {last}.|The remaining {group} were divided: {rest_percent} of them were for {second} and the others for {last}.] "
            "[How many {group} were for {last}?|How many {group} should get {last}?|{last} has to be made for how many {group}?|What is the number of {group} whose wish is {last}?|Look at these facts and find the number of {group} who asked for {last}.]",
            "{name} counts {members} {group} at lunch. {first_share} of the {group} want {first}, and {rest_percent} of the rest want {second}. All others want {last}. How many {group} is that?",
            "Everyone in a group of {members} {group} gets {first}, {second} or {last}. If {first_share} of the {group} choose {first} and {rest_percent} of the others choose {second}, how many {group} choose {last}?",
        ),
        distractors=(
            "The kitchen has {n} pots.",
            "The cook is {n} years old.",
            "There are {n} pictures on the wall.",
        ),
    ),
    Family(
        name="growing_collection",
        topic="collections",
        numbers={
            "owned": Whole(10, 80),
            "received": Whole(3, 40),
            "given": Whole(2, 30),
            "packs": Whole(2, 8),
            "pack_size": Whole(3, 12),
            "boxes": Whole(2, 10),
        },
        words={
            "item": ("marbles", "stickers", "stamps", "beads", "cards", "badges", "buttons", "magnets"),
            "third": RELATIVES,
        },
        steps=(
            Step("with_gift", "owned + received", "After the gift {name} has {=} {item}."),
            Step("after_giving", "with_gift - given", "After giving some away {name} has {=} {item}."),
            Step("doubled", "after_giving * 2", "Doubled, that is {=} {item}."),
            Step("bought", "packs * pack_size", "The packs hold {=} {item}."),
            Step("final_count", "doubled + bought", "Now {name} has {=} {item}."),
            Step("box_count", "final_count / boxes", "Each box gets {=} {item}."),
        ),
        where=lambda v: v["box_count"].denominator == 1 and v["given"] < v["owned"] and v["box_count"] > 1,
        phrasings=(
            "{name} has {owned} {item}. {third} gives {name} {received} more, and {name} gives {given} to {other}. [Later|By summer] the collection doubles. Then {name} buys {packs} packs of {pack_size} {item} and puts [everything|all {item}] into {boxes} boxes, the same number in each. How many {item} are in each box?",
            "A collection [starts|begins] with {owned} {item}. {name} gets {received} {item} from {third}, gives away {given}, and then doubles [the number that is left|what is left]. After that {name} adds {packs} packs with {pack_size} {item} each. If all {item} are shared equally among {boxes} boxes, how many go into one box?",
            "How many {item} go into each of {boxes} boxes if {name} starts with {owned}, [receives|gets] {received} from {third}, gives {given} to {other}, then doubles the collection, then buys {packs} packs of {pack_size}, and [fills the boxes equally|puts the same number in each box]?",
            "{name} wants to put a collection of {item} into {boxes} boxes, with the same number in each. There were {owned} {item} at first. Then {received} came from {third} and {given} went to {other}. After this the collection doubled. Last of all, {name} bought {packs} packs of {pack_size} {item}. How many {item} [belong|go] in each box?",
            "{third} gives {received} {item} to {name}, who [already has {owned}|had {owned} before]. {name} then gives {given} of them to {other}. At a fair {name} doubles the collection and afterwards buys {packs} more packs, each with {pack_size} {item}. All the {item} are [divided|split] equally into {boxes} boxes. How many are in a box?",
            "{name} starts the year with {owned} {item}. [In spring|In March] {name} gets {received} from {third}. [In summer|In July] {name} gives {given} away. In autumn the collection doubles. In winter {name} buys {packs} packs with {pack_size} {item} in each pack. The {item} fill {boxes} boxes equally. How many {item} are in each box?",
            "[{name} starts out with {owned} {item}.|There are {owned} {item} in {name}'s collection.|{name} has collected {owned} {item}.|A collection of {owned} {item} belongs to {name}.|In the beginning, {owned} {item} are in {name}'s drawer.] "
            "[{third} adds {received} {item} as a present.|As a gift, {name} receives {received} {item} from {third}.|{received} more are handed over to {name} by {third}.|On a visit, {third} brings {received} {item} for {name}.|Thanks to {third}, {received} {item} are added.] "
            "[{name} lets {other} have {given} of the {item}.|{given} of them are then passed on to {other}.|Next, {name} hands {given} {item} to {other}.|{other} is given {given} {item} by {name}.|{name} parts with {given} {item}, which {other} takes home.] "
            "[Some months later, the number of {item} that {name} has left is doubled.|By the end of the year, {name}'s remaining {item} have doubled in number.|The collection then grows to twice its size.|What {name} has left is doubled during the next months.|{name} then doubles the number of {item} in the collection.] "
            "[After the doubling, {name} buys {packs} more packs, and each pack holds {pack_size} {item}.|With the collection now doubled, {packs} new packs are bought, with {pack_size} {item} in each of them.|Then come {packs} packs from a shop, each with {pack_size} {item} inside.|Finally, {name} gets {packs} full packs at a shop, where every pack contains {pack_size} {item}.] "
            "[If all {item} of {name} are spread evenly over {boxes} boxes, how many does each box hold?|When {name} puts the same number into each of {boxes} boxes and none are left over, how many {item} does a box get?|When {boxes} boxes are filled equally with everything {name} has, how many {item} does a box contain?|All the {item} of {name} go into {boxes} boxes in equal numbers, so how many {item} does each box hold?|Find how many {item} each box holds when {name} shares everything evenly among {boxes} boxes.]",
            "[In the end, {name} sorts all the {item} into {boxes} boxes, with equal numbers in all boxes.|{name}'s {item} finally fill {boxes} boxes evenly.|At the end of the story, {boxes} boxes stand on a shelf, and all of {name}'s {item} are divided evenly among them.|When everything is over, {name}'s whole collection of {item} is stored in {boxes} boxes that all hold equally many.] "
            "[The last thing before that was a purchase of {packs} packs, each with {pack_size} {item}.|Shortly before being put away, the collection had been increased by {packs} packs with {pack_size} in each pack.|The newest of these {item} came from a shop: {packs} packs, with {pack_size} in every pack.|Right before that, {name} had bought {packs} packs that held {pack_size} {item} each.] "
            "[Before these packs came, the collection had been doubled.|{name} had doubled the collection just before getting these packs.|Ahead of these packs, the number of {item} had grown to twice what it was.|Prior to getting the packs, {name} had made the collection twice as large.] "
            "[Earlier than the doubling, {name} had given {given} {item} to {other}.|The doubling came only after {other} had received {given} {item} from {name}.|Still earlier, before anything was doubled, {other} was given {given} of the {item}.|Before the number was doubled, {name} had let {other} take {given} {item}.] "
            "[Even before that, {third} had made {name} a present of {received} {item}.|Before {other} got any, {received} {item} had arrived from {third}.|Earlier yet, {name} had been given {received} {item} by {third}.|Prior to this, the collection had grown by {received} {item}, a present from {third}.] "
            "[And at the very beginning, {name} had {owned} {item}.|It all began with {owned} {item}.|The collection that {name} had at the very start was made up of {owned} {item}.|Before all these events, {owned} {item} were in the collection.] "
            "[How many {item} does each box hold?|What is the number of {item} per box?|How many {item} will you see when you open any of the boxes?|How many {item} did {name} put into each box?|Find the number of {item} in each box.]",
            "[How many {item} does each box hold when {name} fills {boxes} boxes equally with a whole collection?|If {name}'s whole collection of {item} is spread evenly over {boxes} boxes, how many go into each?|What number of {item} must {name} put into each of {boxes} boxes so that all are used and every box holds equally many?|{name} has {boxes} boxes to fill evenly with a whole collection of {item}, so how many belong in each?|Find how many {item} per box there are when {name} stores a whole collection evenly in {boxes} boxes.] "
            "[The collection began with {owned} {item}, and {third} then added {received}.|First, there were {owned}, to which {third} added {received}.|{name} had {owned} {item} at first and was then given {received} by {third}.|To the {owned} {item} that {name} had at first, {received} from {third} were added.] "
            "[Then {given} of them went to {other}, and what was left was doubled.|After {other} was given {given} of these, the remaining number was doubled.|{name} next gave {other} {given} {item} and then doubled the remaining collection.|{given} {item} were then handed to {other}, after which {name} doubled the rest.] "
            "[The final addition was {packs} packs, each containing {pack_size}.|After this, {name} bought {packs} packs with {pack_size} in each.|Last came {packs} packs, and there were {pack_size} {item} in every pack.|After that, but before the boxes were filled, {packs} packs holding {pack_size} {item} each were added.]",
            "[Start of the collection: {owned} {item}.|The first page of {name}'s notebook shows {owned} {item}.|{owned} is the number of {item} with which {name} begins.|It is known that {name} had {owned} {item} to begin with.|A total of {owned} {item} make up {name}'s collection at the start.] "
            "[In: {received}, from {third}. Out: {given}, to {other}.|The number rises by {received} thanks to {third}, and then falls by {given} when {other} is given some.|After {received} have been received from {third}, {given} are passed on to {other}.|{third}, who likes {name}, adds {received} {item}, but {given} are then taken by {other}.|{received} {item} are received from {third} and, later, {given} are passed to {other}.] "
            "[The next step doubles what is there.|Next, what remains is doubled.|After this, the number of {item} grows to twice its size.|This is followed by a doubling of the number of {item}.|Then comes a doubling of all that remains.] "
            "[New after the doubling: {packs} packs, {pack_size} {item} per pack.|Now that everything has doubled, {packs} packs, {pack_size} {item} in each, are added.|{packs} packs that contain {pack_size} {item} each complete the collection.|The last entry is a purchase of {packs} packs, every pack with {pack_size} {item}.] "
            "[There are {boxes} boxes, and all are to hold equally many.|Everything is then placed in {boxes} boxes, equally many in each.|{boxes} boxes take up the complete collection, and no box has more {item} than another.|All {item} are divided evenly between boxes, and the number of boxes is {boxes}.] "
            "[How many {item} per box?|How many {item} are placed in every box?|What number of {item} does a single box hold?|How many of {name}'s {item} does a box contain?|The thing to find is the number of {item} in a single box.]",
            "At first {name} has {owned} {item}. Then {name} gets {received} more from {third}, gives {given} to {other} and doubles what is left. After that {name} buys {packs} packs of {pack_size} {item}. How many {item} are in each box if {name} divides them equally into {boxes} boxes?",
            "{name} has {boxes} boxes for a collection that starts with {owned} {item}. {third} gives {name} {received} {item}, and {other} gets {given} from {name}. Then the collection doubles, and after that {name} adds {packs} packs with {pack_size} {item} each. If every box gets the same number, how many {item} are in one box?",
        ),
        distractors=(
            "{name} is {n} years old.",
            "The house of {third} has {n} windows.",
            "{other} has read {n} books this year.",
        ),
    ),
    Family(
        name="weights_with_units",
        topic="units",
        numbers={"kilograms": Whole(2, 25), "lighter_grams": Whole(50, 1900, 50)},
        words={"thing": ("suitcase", "pumpkin", "parcel", "backpack", "melon", "basket", "toolbox", "bag")},
        steps=(
            Step("first_grams", "kilograms * 1000", "The {thing} of {name} weighs {=} grams."),
            Step("second_grams", "first_grams - lighter_grams", "The {thing} of {other} weighs {=} grams."),
        ),
        phrasings=(
            "The {thing} of {name} weighs {kilograms} kilograms. The {thing} of {other} is {lighter_grams} grams lighter. How many grams does [the {thing} of {other}|the lighter {thing}] weigh?",
            "{other} has a {thing} that weighs {lighter_grams} grams less than the {thing} of {name}. If {name} has a {thing} of {kilograms} kilograms, what is the weight of [the lighter one|the {thing} of {other}] in grams?",
            "How many grams does the {thing} of {other} weigh, if it is {lighter_grams} grams lighter than the {thing} of {name}, [which weighs|whose weight is] {kilograms} kilograms?",
            "{name} and {other} each [carry|bring] a {thing}. {name} has the heavier one, and it weighs {kilograms} kilograms. The difference between the two is {lighter_grams} grams. [What is the weight of the lighter one in grams|How many grams does the lighter one weigh]?",
            "On a scale, the {thing} of {name} shows {kilograms} kilograms. [That is|It is] {lighter_grams} grams more than the {thing} of {other}. How heavy is the {thing} of {other}, in grams?",
            "{name} weighs a {thing} and [reads|finds] {kilograms} kilograms. {other} weighs another {thing}, and it is lighter by {lighter_grams} grams. Find the weight of the lighter {thing} in grams.",
            "[{name} has a {thing} that weighs {kilograms} kilograms.|{name}'s {thing} weighs {kilograms} [kilograms|kg].|The weight of {name}'s {thing} is {kilograms} [kilograms|kg].|{kilograms} kilograms is the weight of the {thing} that {name} carries.|{name} puts a {thing} on the scale, which shows {kilograms} kilograms.] "
            "[{other} has a {thing} too, but it is {lighter_grams} grams lighter than {name}'s.|{other}'s {thing} weighs {lighter_grams} grams less than {name}'s.|By comparison, the {thing} that {other} carries is lighter by {lighter_grams} grams.|The {thing} belonging to {other} is not as heavy, and the difference is {lighter_grams} grams.|It would take {lighter_grams} extra grams to make {other}'s {thing} as heavy as {name}'s.] "
            "[How many grams does {other}'s {thing} weigh?|What is the weight of {other}'s {thing} in grams?|In grams, how heavy is {other}'s {thing}?|What number of grams will the scale show for {other}'s {thing}?|Find the weight of {other}'s {thing}, in grams.]",
            "[{other} carries a {thing} that is {lighter_grams} grams lighter than {name}'s {thing}.|There is a difference of {lighter_grams} grams between the {thing} of {other} and that of {name}, and {other}'s is the lighter.|If {lighter_grams} grams were added to {other}'s {thing}, it would be just as heavy as {name}'s {thing}.|{other}'s {thing} is easier to lift than {name}'s, because it weighs {lighter_grams} grams less.|{name}'s {thing} outweighs {other}'s {thing} by {lighter_grams} grams.] "
            "[{name}'s, for its part, weighs {kilograms} kilograms.|A scale shows {kilograms} kilograms for {name}'s {thing}.|The weight of {name}'s is known to be {kilograms} [kilograms|kg].|{kilograms} kilograms is what {name}'s {thing} weighs.|{name} has to lift {kilograms} [kilograms|kg] when picking up that heavier {thing}.] "
            "[How heavy is {other}'s {thing} in grams?|The weight of {other}'s {thing} is how many grams?|What does {other}'s {thing} weigh, measured in grams?|In grams, how much must {other} lift when picking up the lighter {thing}?|Find how many grams {other}'s {thing} weighs.]",
            "[How many grams does {other}'s {thing} weigh|What is the weight in grams of {other}'s {thing}|How heavy, in grams, is the {thing} that {other} owns|What number of grams does a scale show for {other}'s {thing}|How much does {other}'s {thing} weigh in grams], "
            "[if|given that|supposing that] "
            "[it is {lighter_grams} grams lighter than a {thing} of {kilograms} kilograms that {name} has|{name}'s {thing} weighs {kilograms} kilograms, which is {lighter_grams} grams more|{name}'s has a weight of {kilograms} [kg|kilograms] and {other}'s is lighter by {lighter_grams} grams|{lighter_grams} grams must be added to it to reach the {kilograms} kilograms of {name}'s {thing}|it weighs {lighter_grams} grams less than {name}'s, whose weight is {kilograms} [kg|kilograms]]?",
            "[Weight of {name}'s {thing}: {kilograms} [kg|kilograms].|A weight of {kilograms} kilograms was measured for {name}'s {thing}.|The scale gives exactly {kilograms} kilograms for {name}'s {thing}.|When put on a scale, {name}'s {thing} turns out to weigh {kilograms} kilograms.|{name} needs a strong arm for a {thing} weighing {kilograms} kg.] "
            "[Weight of {other}'s {thing}: lower by {lighter_grams} grams.|By contrast, {other} has an easier time with a {thing} that is {lighter_grams} grams lighter.|Taking {lighter_grams} grams away from this weight gives the weight of {other}'s {thing}.|When {other}'s {thing} is weighed, the result is lower by {lighter_grams} grams.|{other}, whose {thing} is lighter, says that the difference between the weights is {lighter_grams} grams.] "
            "[What is the weight of {other}'s {thing} when it is written in grams?|How many grams is that for {other}'s {thing}?|{other} wants the answer in grams, so what does {other}'s {thing} weigh?|If grams are used, what is the weight of {other}'s {thing}?|Change to grams and find the weight of {other}'s {thing}.]",
            "The {thing} of {name} is {lighter_grams} grams heavier than the {thing} of {other}. The heavier one weighs {kilograms} kilograms. How many grams does the {thing} of {other} weigh?",
            "{other} brings a {thing}, and so does {name}. The {thing} of {other} weighs {lighter_grams} grams less. What is its weight in grams if the {thing} of {name} weighs {kilograms} kilograms?",
        ),
        distractors=(
            "{name} is {n} years old.",
            "{other} lives {n} kilometres away.",
            "There are {n} people in the street.",
        ),
    ),
)

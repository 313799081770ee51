"""Scenario families about discounts, tips, wages, savings, shared bills, packs, profit and pocket money."""

from pad_ray.questions.wordsums.grammar import Family, Money, Percent, Step, Whole

FAMILIES = (
    Family(
        name="percent_discount",
        topic="money",
        numbers={
            "count": Whole(2, 8),
            "price": Money(8, 60, cents=True),
            "percent_off": Percent((5, 10, 15, 20, 25, 30, 40, 50)),
        },
        words={"item": ("jackets", "lamps", "backpacks", "chairs", "board games", "blankets", "helmets", "teapots")},
        steps=(
            Step("full_price", "count * price", "Without the discount the {item} cost {=} dollars."),
            Step("discount", "full_price * percent_off / 100", "The discount is {=} dollars."),
            Step("sale_price", "full_price - discount", "So the price to pay is {=} dollars."),
        ),
        phrasings=(
            "{name} [buys|picks out|orders] {count} {item} that [normally|usually] cost {price} each. The shop gives a {percent_off} discount on the whole purchase. How much does {name} [pay|have to pay]?",
            "There is a sale with {percent_off} off [everything|all prices]. The {item} [were|used to be] {price} each before the sale. How many dollars does {name} pay for {count} {item}?",
            "How much [money does {name} need|must {name} pay] for {count} {item} if they cost {price} each and a coupon takes {percent_off} off the total?",
            "The usual price of the {item} is {price} each. [Today|This week], everything is {percent_off} cheaper. {name} takes {count} of them [home|to the till]. What is the total price in dollars?",
            "With a coupon for {percent_off} off, {name} goes shopping and chooses {count} {item}. [The price tag on each of them says {price}|Each of them is marked {price}]. How many dollars does {name} spend?",
            "A shop sells {item} for {price} [each|apiece]. {name} wants {count} of them, and the [owner|seller] takes {percent_off} off the bill. [What is the bill now|How much is left to pay]?",
            "[The {item} in a shop are priced at {price} apiece.|A shop sells {item}, and each of them [costs|is offered for] {price}.|{price} is the usual price of each of the {item} in a shop.|{name} finds some {item} in a shop, where the tag on each says {price}.|Normally, the {item} in this shop sell for {price} apiece.|The shop around the corner has {item} with a price tag of {price} each.] "
            "[{name} puts {count} of them in the basket.|{count} of them go into {name}'s basket.|{name} decides to take {count} {item}.|{name} would like to have {count} of the {item}.|The number of {item} that {name} picks is {count}.] "
            "[At the till, {percent_off} is taken off the bill.|The seller grants a discount of {percent_off} on the whole purchase.|Thanks to a special offer, the bill drops by {percent_off}.|The cashier [reduces|lowers] the total by {percent_off}.|Since it is the end of the season, {name} gets {percent_off} off.] "
            "[How much money must {name} hand over?|What does {name} pay for the {item}?|What is the reduced bill in dollars?|How many dollars are to be paid in the end?|Find the amount that {name} has to pay.|How much will the whole purchase cost {name}?]",
            "[A shop has cut all its prices by {percent_off}.|Everything in a shop is reduced by {percent_off}.|There is a discount of {percent_off} on all goods in a shop.|During a clearance sale, customers save {percent_off} on every purchase.|A sign at the shop door promises {percent_off} off every price.] "
            "[{name} comes home with {count} {item} from this shop.|{count} {item} are what {name} [chooses|selects] there.|{name} uses the [chance|offer] to get {count} {item}.|{name} leaves the shop with {count} {item}.|Into {name}'s shopping bag go {count} {item}.] "
            "[Earlier, each of them would have cost {price}.|Without the reduction, the price of each would be {price}.|Their old price was {price} apiece.|Until last week, the shop asked {price} for each of these {item}.|The full price, with nothing taken off, is {price} for each of the {item}.] "
            "[How many dollars did the purchase cost?|How much money did {name} spend on the {item}?|What was the amount on {name}'s receipt?|Work out the bill: how many dollars did {name} pay?|Find the price that {name} paid for all the {item}.]",
            "[How much will {name} pay for {count} {item} during a sale?|What do {count} {item} cost {name} [in a clearance sale|at the reduced price]?|How many dollars must {name} spend to get {count} {item} at a reduced price?|Find how much {name} pays for {count} {item} when there is a discount.|What is the bill when {name} takes {count} {item} at the reduced price?] "
            "[The discount is {percent_off} of the full price.|All prices have been lowered by {percent_off}.|The shop takes {percent_off} off.|Customers are given a discount of {percent_off} today.|The reduction amounts to {percent_off}.] "
            "[The full price of each is {price}.|Each of the {item} has a regular price of {price}.|When nothing is taken off, {price} is charged for each of the {item}.|Last week, the shop still sold the {item} at {price} apiece.|For each of these {item}, the old price was {price}.]",
            "[The {item}, which are usually {price} each, are {percent_off} cheaper today.|Price list: {item}, {price} apiece, minus a discount of {percent_off}.|A website lists {item} at {price} each, but it takes {percent_off} off every order.|According to the seller, {item} are {price} each, and regular customers like {name} save {percent_off}.|{percent_off} is taken off the price of {item} that were {price} each until now.] "
            "[What will {name} pay for {count} of them?|If {name} takes {count} of these {item}, how many dollars is the bill?|Given that {count} {item} are bought by {name}, what is the amount to pay?|{name} orders {count} {item} and wants to know: how much is the bill?|How much does a customer pay who gets {count} of these {item}?|Find the reduced price of {count} {item}.]",
            "{name} has a coupon that takes {percent_off} off the total price. How many dollars does {name} have to pay for {count} {item} at {price} each?",
            "In [a|the] sale, {name} buys {count} {item}. Before the discount of {percent_off}, they cost {price} each. What is the total price that {name} pays in dollars?",
        ),
        distractors=(
            "The shop opened {n} years ago.",
            "There are {n} people in the queue.",
            "The trip to the shop takes {n} minutes.",
        ),
    ),
    Family(
        name="bill_with_percent_added",
        topic="money",
        numbers={
            "meal_count": Whole(2, 8),
            "meal_price": Money(6, 18, cents=True),
            "drink_count": Whole(2, 8),
            "drink_price": Money(2, 6, cents=True),
            "percent_added": Percent((5, 8, 10, 12, 15, 20)),
        },
        words={
            "meal": ("salads", "burgers", "curries", "omelettes", "wraps", "pizzas", "sandwiches"),
            "drink": ("lemonades", "coffees", "iced teas", "smoothies", "milkshakes", "hot chocolates"),
            "extra": ("tip", "sales tax", "service charge"),
        },
        steps=(
            Step("meal_cost", "meal_count * meal_price", "The {meal} cost {=} dollars."),
            Step("drink_cost", "drink_count * drink_price", "The {drink} cost {=} dollars."),
            Step("bill", "meal_cost + drink_cost", "Together that is {=} dollars."),
            Step("amount_added", "bill * percent_added / 100", "The {extra} is {=} dollars."),
            Step("total", "bill + amount_added", "So the total is {=} dollars."),
        ),
        phrasings=(
            "{name} [orders|buys] {meal_count} {meal} for {meal_price} each and {drink_count} {drink} for {drink_price} each. A {extra} of {percent_added} is added to the bill. How much does {name} pay [in total|altogether]?",
            "At a café, {drink} cost {drink_price} each and {meal} cost {meal_price} each. {name} pays for {meal_count} {meal} and {drink_count} {drink}, plus a {extra} of {percent_added}. How many dollars does {name} pay in total?",
            "How much does {name} pay in all for {drink_count} {drink} at {drink_price} each and {meal_count} {meal} at {meal_price} each, if a {extra} of {percent_added} comes on top?",
            "A {extra} of {percent_added} is added to every bill at a restaurant. {name}'s table [has|orders] {meal_count} {meal}, each priced at {meal_price}, and {drink_count} {drink}, each priced at {drink_price}. What is the [total|final] amount to pay?",
            "The [menu|board] lists {meal} at {meal_price} and {drink} at {drink_price} each. {name} gets {drink_count} {drink} and {meal_count} {meal} for [the family|the team|a group of friends]. With a {extra} of {percent_added} on the whole bill, how many dollars does {name} pay?",
            "{name} and {other} have lunch together. They order {drink_count} {drink} at {drink_price} apiece, then {meal_count} {meal} at {meal_price} apiece. On top of the bill comes a {extra} of {percent_added}. How much do {name} and {other} pay altogether?",
            "[{name} takes some friends to a café and orders {meal_count} {meal}, which cost {meal_price} each.|At {name}'s table, {meal_count} {meal} are served at {meal_price} apiece.|{name} starts an order with {meal_count} {meal}, and each of them costs {meal_price}.|A waiter brings {name} {meal_count} {meal} priced at {meal_price} apiece.|{name} treats the family to {meal_count} {meal} with a price of {meal_price} each.] "
            "[Next, {drink_count} {drink} are ordered, and each costs {drink_price}.|To drink, there are {drink_count} {drink}, each sold for {drink_price}.|{name} also asks for {drink_count} {drink} at a price of {drink_price} each.|The order also includes {drink_count} {drink}, and {drink_price} is charged for each of these.|Besides that, {name} gets {drink_count} {drink} for {drink_price} apiece.] "
            "[The {extra} then adds {percent_added} to the bill.|Then the bill goes up by {percent_added} because of the {extra}.|{name} also pays a {extra}, which is {percent_added} of the bill.|For the {extra}, {percent_added} of the bill is added at the end.|At the end, the bill is raised by a {extra} of {percent_added}.] "
            "[How much money does {name} need to pay for everything?|How many dollars must {name} pay altogether?|Including the {extra}, what is the whole amount to pay?|How high is the bill in the end?|What does everything cost {name}, with the {extra} included?|Find the amount that {name} pays, {extra} included.]",
            "[At a diner, the {extra} equals {percent_added} of the bill.|In a restaurant, the {extra} amounts to {percent_added} of the price of whatever is ordered.|The {extra} in town is {percent_added} of the price of the food and drinks.|Guests of a snack bar have to add {percent_added} to their bill as a {extra}.|When {name} eats out, {percent_added} of the bill has to be added to it as a {extra}.] "
            "[The {drink} on the menu are {drink_price} each, while the {meal} are {meal_price} each.|The menu asks {drink_price} for each of the {drink} and {meal_price} for each of the {meal}.|The price is {drink_price} apiece for {drink} and {meal_price} apiece for {meal}.|{drink} are sold for {drink_price} each there, and {meal} for {meal_price} each.|On the menu, {meal_price} is the price of each of the {meal}, and each of the {drink} is {drink_price}.] "
            "[{name} wants {drink_count} of these drinks as well as {meal_count} {meal}.|{name}'s order is made up of {meal_count} {meal} together with {drink_count} {drink}.|{name} pays for {drink_count} {drink} along with {meal_count} {meal}.|{meal_count} {meal}, with {drink_count} {drink} to go with them, are brought to {name}'s table.|{name} gets {meal_count} {meal} to eat, plus {drink_count} {drink}.] "
            "[When the {extra} is counted too, how many dollars is the order?|How much must {name} pay, {extra} included?|What is the sum that {name} has to pay once the {extra} is added?|How many dollars is {name}'s whole bill after the {extra}?|Work out how much {name} pays with the {extra}: how many dollars is it?]",
            "[How much does {name} pay for an order with the {extra} included?|What is the whole price of {name}'s order, together with the {extra}?|How many dollars must {name} pay when the {extra} has been added?|Find the full amount of {name}'s bill after the {extra} is added.|What amount is due from {name} when the {extra} is counted as well?] "
            "[{name} has ordered {drink_count} {drink}, which are {drink_price} each.|The order contains {drink_count} {drink} costing {drink_price} apiece.|There are {drink_count} {drink} in the order, and the price of each is {drink_price}.|For {drink_price} each, {name} has had {drink_count} {drink}.|{drink_count} {drink} were ordered, and the menu says {drink_price} for each of them.] "
            "[The food was {meal_count} {meal} with a price of {meal_price} each.|{name} has also ordered {meal_count} {meal}, and each of these is {meal_price}.|In addition, {meal_count} {meal} are on the bill, each for {meal_price}.|As for food, {name} had chosen {meal_count} {meal} priced at {meal_price} each.|{meal_price} apiece was charged for the {meal}, and there were {meal_count} of them.] "
            "[The {extra} is {percent_added} of the bill.|The rate of the {extra} is {percent_added}.|A further {percent_added} is charged for the {extra}.|To this bill, {percent_added} is added for the {extra}.|What is added for the {extra} is {percent_added} of the cost of the food and drinks.]",
            "[{name}'s receipt shows {meal_count} {meal} ({meal_price} each) as well as {drink_count} {drink} ({drink_price} each).|The bill reads as follows: {meal_count} {meal}, {meal_price} each; {drink_count} {drink}, {drink_price} each.|{name} tells {other} about an order of {drink_count} {drink}, each costing {drink_price}, with {meal_count} {meal}, each costing {meal_price}.|Served to {name}'s group were {meal_count} {meal}, which cost {meal_price} apiece, with {drink_count} {drink}, which cost {drink_price} apiece.|A waiter writes down {drink_count} {drink} for {drink_price} each, then {meal_count} {meal} for {meal_price} each.] "
            "[{extra}: {percent_added} of this sum.|A further {percent_added} is due as a {extra}.|Added to this sum is a {extra} at a rate of {percent_added}.|Not yet included is the {extra}, which adds {percent_added}.|The price then rises by {percent_added} on account of the {extra}.] "
            "[How much is there to pay altogether?|How many dollars does everything cost, {extra} included?|What is the amount of the bill with the {extra}?|If {name} pays the whole bill with the {extra}, how much is that?|Find the amount to be paid in all.]",
            "For a lunch with friends, {name} orders {meal_count} {meal} and {drink_count} {drink}. The {meal} cost {meal_price} each, the {drink} cost {drink_price} each, and a {extra} of {percent_added} is added to the bill. What is the total in dollars?",
            "A {extra} of {percent_added} comes on top of the bill. The bill is for {drink_count} {drink} at {drink_price} each and {meal_count} {meal} at {meal_price} each. How many dollars does {name} pay in total?",
        ),
        distractors=(
            "There are {n} other guests in the room.",
            "The cook knows {n} recipes.",
            "The food arrives after {n} minutes.",
        ),
    ),
    Family(
        name="wage_with_overtime",
        topic="money",
        numbers={
            "hours_worked": Whole(24, 52),
            "normal_hours": Whole(20, 40, 5),
            "hourly_wage": Money(9, 25, cents=True),
            "extra_pay": Money(2, 9),
        },
        words={"place": ("bakery", "garage", "library", "bike shop", "hotel", "cinema", "bookshop", "farm")},
        steps=(
            Step("overtime_hours", "hours_worked - normal_hours", "There are {=} hours of overtime."),
            Step("normal_pay", "normal_hours * hourly_wage", "The normal hours bring {=} dollars."),
            Step("overtime_wage", "hourly_wage + extra_pay", "An hour of overtime is paid {=} dollars."),
            Step("overtime_pay", "overtime_hours * overtime_wage", "The overtime brings {=} dollars."),
            Step("week_pay", "normal_pay + overtime_pay", "So the pay for the week is {=} dollars."),
        ),
        where=lambda v: 2 <= v["overtime_hours"] <= 12,
        phrasings=(
            "{name} works at a {place} and earns {hourly_wage} per hour for the first {normal_hours} hours of a week. Every hour after that pays {extra_pay} more. This week {name} worked {hours_worked} hours. How much did {name} earn?",
            "Last week {name} worked {hours_worked} hours at a {place}. The normal week has {normal_hours} hours, paid at {hourly_wage} an hour. Each hour of overtime is paid {extra_pay} more than a normal hour. How many dollars did {name} earn [last week|in that week]?",
            "How much does {name} earn in a week of {hours_worked} hours, if the first {normal_hours} hours pay {hourly_wage} each and every further hour pays {extra_pay} more than that?",
            "A {place} pays its workers {hourly_wage} an hour. [Beyond|After] {normal_hours} hours in one week, the pay rises by {extra_pay} an hour for the hours that follow. {name} [works|stays] {hours_worked} hours this week. What is {name}'s pay in dollars?",
            "For overtime, {name} gets {extra_pay} per hour on top of the usual hourly wage of {hourly_wage}. All hours beyond {normal_hours} in a week are overtime. {name} was at work for {hours_worked} hours. How many dollars is the pay for that week?",
            "{name}'s normal week at the {place} is {normal_hours} hours long, but [this week was busy and|this time] {name} worked {hours_worked} hours in all. A normal hour pays {hourly_wage}, and an hour of overtime pays {extra_pay} more. What did {name} earn altogether?",
            "[{name} has a job at a {place} and is paid {hourly_wage} per hour.|A {place} hires {name} for {hourly_wage} an hour.|Working at a {place} earns {name} {hourly_wage} each hour.|The hourly wage of {name}, who works at a {place}, is {hourly_wage}.|For every hour of work, a {place} pays {name} {hourly_wage}.] "
            "[Once {normal_hours} hours have been worked in a week, each further hour counts as overtime.|Only the hours past the limit of {normal_hours} in a week are overtime.|A week of work is normally {normal_hours} hours, and all time beyond this is overtime.|Overtime begins after {normal_hours} hours of work in a week.|The contract is for {normal_hours} hours a week, so anything over that is overtime.] "
            "[Overtime is better paid, by {extra_pay} an hour.|The wage for overtime is {extra_pay} an hour higher.|For overtime, {extra_pay} is added to the wage of each hour.|An overtime hour is worth {extra_pay} more than a normal hour.|Each overtime hour comes with {extra_pay} on top of the hourly wage.] "
            "[Last week, {name} put in {hours_worked} hours of work.|In a busy week, {name} is at work for {hours_worked} hours altogether.|{name} has just finished a week of {hours_worked} hours.|{hours_worked} hours is the time that {name} worked last week, overtime included.|This week, {name}'s time sheet shows a total of {hours_worked} hours.] "
            "[How many dollars did {name} earn in that week?|What is {name}'s pay for all these hours?|How much money does {name} get for that week?|What sum is {name} paid for the week?|Find the money earned by {name} in that week.]",
            "[The time sheet of {name}, who works at a {place}, shows {hours_worked} hours for last week.|After {hours_worked} hours of work at a {place}, {name}'s week is over.|{name} spent {hours_worked} hours of last week working at a {place}.|The week at the {place} was long: {name} worked there for {hours_worked} hours.|There were {hours_worked} working hours in {name}'s last week at a {place}.] "
            "[Just {normal_hours} of the hours are normal working time, and the rest are overtime.|All but {normal_hours} of these hours were overtime.|The week should have had {normal_hours} hours, and the additional hours count as overtime.|Of that time, {normal_hours} hours were normal hours and the others were overtime.|The number of normal hours was {normal_hours}, and everything above that was overtime.] "
            "[Normal time is paid {hourly_wage} an hour, overtime {extra_pay} an hour more.|The hourly pay of {hourly_wage} goes up by {extra_pay} for overtime.|Usually, {hourly_wage} is paid per hour, but for overtime {extra_pay} is added to that for every hour.|For overtime, {name} gets the usual hourly pay of {hourly_wage} plus another {extra_pay} an hour.|A bonus of {extra_pay} is paid for every hour of overtime, in addition to the usual hourly wage of {hourly_wage}.] "
            "[How much money was {name} paid for the week?|What did {name} earn in that week?|How many dollars were earned by {name} altogether?|What amount should {name} be paid for all this work?|Work out the week's pay: how many dollars did {name} get?]",
            "[How many dollars are due to {name} after {hours_worked} hours of work at the {place} in a week?|What is {name} paid for working {hours_worked} hours in a single week at a {place}?|Find the pay of {name}, who was at work in a {place} for {hours_worked} hours this week.|How much money will {name} receive for a week in which the {place} needed {name} for {hours_worked} hours?|What are {name}'s earnings at the {place} in a week of {hours_worked} working hours?] "
            "[Up to {normal_hours} hours a week are paid at the normal wage, which is {hourly_wage} per hour.|A normal week has {normal_hours} hours, and the pay for each of these is {hourly_wage}.|The normal wage of {hourly_wage} an hour is paid until {normal_hours} hours are reached.|{hourly_wage} is the pay for an hour within the normal week of {normal_hours} hours.] "
            "[Beyond that, the hourly wage is raised by {extra_pay}.|For all the other hours, {extra_pay} an hour is added to this wage.|Hours above that number are overtime and pay {extra_pay} more each.|When that limit is passed, every further hour pays {extra_pay} more than a normal hour.|The remaining hours are overtime, for which {name} gets {extra_pay} an hour more.]",
            "[Wage at the {place}: {hourly_wage} per hour, and {extra_pay} per hour more for overtime.|The {place} promises its workers {hourly_wage} an hour, with {extra_pay} added for each hour of overtime.|{hourly_wage} is what {name} earns at the {place} in a normal hour, while overtime is {extra_pay} an hour better paid.|{name} says that a wage of {hourly_wage} an hour is usual at the {place}, and that overtime brings an additional {extra_pay} an hour.] "
            "[Normal hours per week: {normal_hours}.|Overtime means any hour that exceeds {normal_hours} in a week.|Anyone who has worked {normal_hours} hours in a week gets the overtime wage from then on.|By contract, {normal_hours} hours make a normal week, and the hours that exceed it are overtime.] "
            "[If {name} works a total of {hours_worked} hours in a week, what is the pay?|How many dollars will {name} make in a week when {hours_worked} hours are worked in all?|Given that {name} was there for {hours_worked} hours this week, how much money was earned?|Hours worked by {name} this week, overtime included: {hours_worked}. How much is {name} paid?|This week's total, with overtime, was {hours_worked} hours. Find what {name} was paid.]",
            "This week {name} worked {hours_worked} hours in all at a {place}. The wage is {hourly_wage} an hour for the first {normal_hours} hours, and {extra_pay} more an hour after that. What is the pay for the week in dollars?",
            "A normal hour at the {place} pays {hourly_wage}. An hour of overtime pays {extra_pay} more, and every hour beyond {normal_hours} in a week is overtime. How much does {name} earn in a week with {hours_worked} hours of work?",
        ),
        distractors=(
            "The way to work takes {n} minutes.",
            "The boss has {n} other workers.",
            "The building is {n} years old.",
        ),
    ),
    Family(
        name="weeks_to_goal",
        topic="money",
        numbers={
            "goal": Money(60, 320),
            "saved": Money(10, 90),
            "weekly_income": Money(8, 32),
            "weekly_spending": Money(2, 18),
        },
        words={"thing": ("skateboard", "telescope", "guitar", "tent", "camera", "drone", "keyboard", "bicycle")},
        steps=(
            Step("weekly_saving", "weekly_income - weekly_spending", "Each week {=} dollars can be saved."),
            Step("missing", "goal - saved", "For the {thing} {=} dollars are missing."),
            Step("weeks", "missing / weekly_saving", "So it takes {=} weeks."),
        ),
        where=lambda v: v["weekly_saving"] >= 2 and v["weeks"].denominator == 1 and 2 <= v["weeks"] <= 40,
        phrasings=(
            "{name} wants to buy a {thing} that costs {goal} and has [already saved|saved up] {saved}. Every week {name} gets {weekly_income}, spends {weekly_spending} of it and saves the rest. How many weeks does it take until {name} can buy the {thing}?",
            "Each week {name} [earns|is given] {weekly_income} and spends {weekly_spending} of it. The rest goes into a jar that already holds {saved}. How many weeks does {name} need to have the {goal} for a {thing}?",
            "How many weeks must {name} save for a {thing} priced at {goal}, if {name} has {saved} now, and every week gets {weekly_income} and spends {weekly_spending} of that?",
            "A {thing} costs {goal}. {name} [owns|has] {saved} so far. Of a weekly pay of {weekly_income}, {name} [uses up|spends] {weekly_spending} and puts the rest aside. After how many weeks is there enough money for the {thing}?",
            "With {saved} in the bank, {name} starts to save for a {thing}. Of the {weekly_income} that come in every week, {weekly_spending} go out again, and the rest is saved. The {thing} costs {goal}. How many weeks will it take to [save|reach] that much?",
            "{name} [dreams of|is saving for] a {thing}. Walking dogs brings {name} {weekly_income} a week, but {weekly_spending} of this is spent on [snacks|bus tickets|lunch] each week. The {thing} has a price of {goal}, and {name} has put aside {saved} already. How many weeks are needed to get the missing money?",
            "[{name} would love to own a {thing}, and the shop asks {goal} for it.|In a shop window, {name} sees a {thing} for {goal}.|A {thing} with a price of {goal} is what {name} wants.|The {thing} that {name} would like to have is sold for {goal}.|{name} plans to get a {thing}, and its price is {goal}.] "
            "[In {name}'s piggy bank there is {saved}.|{name} has put away {saved} up to now.|So far, {name}'s savings are {saved}.|{saved} is the amount that {name} has saved up to today.|A birthday present of {saved} is all that {name} has saved before.] "
            "[From now on, {name} [earns|receives] {weekly_income} a week.|A small job brings {name} {weekly_income} each week.|Every week, {weekly_income} of pocket money is given to {name}.|{name}'s parents pay {name} {weekly_income} a week for help at home.|Each Sunday, {name} is handed {weekly_income}.] "
            "[Of this, {weekly_spending} goes on snacks every week, and the remainder is kept.|{name} uses {weekly_spending} of it each week and saves what is left.|What {name} does not save is the {weekly_spending} spent each week.|From this money, {name} spends {weekly_spending} a week and adds the rest to the savings.|All of it is saved, except for {weekly_spending} that {name} spends each week.] "
            "[In how many weeks will {name} have enough for the {thing}?|How many weeks must {name} wait before buying the {thing}?|For how many weeks does {name} have to save?|After how many weeks can {name} afford the {thing}?|Find the number of weeks until {name} can pay for the {thing}.]",
            "[{name} spends {weekly_spending} a week and saves all other money.|Every week, {weekly_spending} of {name}'s money goes on treats, and none of the rest is spent.|There are weekly costs of {weekly_spending} for {name}, who saves all that remains of each week's money.|A weekly sum of {weekly_spending} is used up by {name}, and everything else is saved.] "
            "[The money that comes in each week is {weekly_income}.|{name} gets {weekly_income} a week for [babysitting|walking dogs|garden work].|The weekly income of {name} is {weekly_income}.|Before anything is spent, {name} has {weekly_income} from each week's work.|In the course of a week, {name} makes {weekly_income}.] "
            "[The aim is a {thing}, for which the shop wants {goal}.|{goal} is the price of the {thing} that {name} is saving for.|All this is for a {thing} worth {goal}.|The savings are meant for a {thing}, which can be bought for {goal}.] "
            "[{saved} has been saved before this week.|At the start, {name} has savings of {saved}.|Earlier savings of {saved} can be used as well.|To begin with, {name} finds {saved} in a drawer and adds it to the savings.|{name} does not start from nothing, as there is {saved} in the money box.] "
            "[How many weeks does {name} need in order to buy the {thing}?|How many weeks pass before {name} has the money for the {thing}?|What is the number of weeks that {name} has to save?|How long, in weeks, must {name} go on saving?|Work out the waiting time: how many weeks is it until {name} can buy the {thing}?]",
            "[How many weeks does it take {name} to save enough for a {thing} that sells for {goal}?|In how many weeks can {name} buy a {thing} if the price of it is {goal}?|After how many weeks will {name} own a {thing}, given that the shop asks {goal} for it?|Find the number of weeks {name} needs until a {thing} priced at {goal} can be bought.|How many weeks of saving are needed for {name} to afford a {thing} worth {goal}?] "
            "[{name} has {saved} at the beginning.|{name} can use old savings of {saved}.|{saved} lies in the money box when {name} begins.|Right now, the amount that {name} has is {saved}.|The first {saved} has been saved by {name} before.] "
            "[In each week that follows, {name} makes {weekly_income} and uses {weekly_spending} of it, keeping the rest.|Every week adds {weekly_income}, less the {weekly_spending} that {name} spends a week.|A week brings in {weekly_income}, while {weekly_spending} is paid out of this, and {name} saves the difference.|{name}'s pocket money is {weekly_income} a week, of which all but {weekly_spending} is saved.|Each week, {name} is paid {weekly_income}, but puts only what remains after spending {weekly_spending} into the money box.]",
            "[Price of the {thing}: {goal}; money that {name} has now: {saved}.|{name}, whose savings are {saved} so far, would like a {thing} worth {goal}.|Although {name} has {saved}, the price of the {thing} is {goal}.|The owner of the shop tells {name} that the {thing} is {goal}, and {name} answers that only {saved} has been saved so far.|A {thing} for {goal} is too expensive for {name}, who owns {saved}.] "
            "[Weekly income: {weekly_income}; weekly spending: {weekly_spending}; the difference is saved.|{name} saves what is left of a weekly income of {weekly_income} when {weekly_spending} of it has been spent.|If {weekly_spending} is spent out of the {weekly_income} coming in each week, the difference can be saved.|Each week {weekly_income} comes in, {weekly_spending} goes out, and {name} keeps the difference.|Each week, {name} takes {weekly_spending} out of a weekly income of {weekly_income} for sweets and saves the remaining money.] "
            "[How many weeks later can the {thing} be bought?|What is the smallest number of weeks after which {name} can pay for the {thing}?|How many weeks is it until the {thing} is affordable?|If nothing changes, in how many weeks will the {thing} be {name}'s?|Find how many weeks {name} has to save for the {thing}.]",
            "{name} has saved {saved} already, but a {thing} costs {goal}. Every week {name} earns {weekly_income}, spends {weekly_spending} and saves the rest. How many weeks are needed until there is enough money?",
            "To buy a {thing}, {name} needs {goal}. Of the {weekly_income} that {name} gets each week, {weekly_spending} are spent and the rest is put aside. There are already {saved} in the jar. How many weeks will it take?",
        ),
        distractors=(
            "The shop is {n} minutes away.",
            "{name} has {n} books at home.",
            "It is {n} days until the holidays.",
        ),
    ),
    Family(
        name="bill_split_after_voucher",
        topic="money",
        numbers={
            "friends": Whole(3, 9),
            "dish_count": Whole(3, 9),
            "dish_price": Money(8, 22, cents=True),
            "drinks_cost": Money(8, 36),
            "voucher": Money(5, 30),
        },
        words={"dish": ("pizzas", "burgers", "curries", "noodle bowls", "fish platters", "pasta dishes", "salads")},
        steps=(
            Step("dishes_cost", "dish_count * dish_price", "The {dish} cost {=} dollars."),
            Step("bill", "dishes_cost + drinks_cost", "With the drinks the bill is {=} dollars."),
            Step("to_pay", "bill - voucher", "After the voucher {=} dollars are left to pay."),
            Step("share", "to_pay / friends", "So each friend pays {=} dollars."),
        ),
        where=lambda v: v["share"] >= 4,
        phrasings=(
            "A group of {friends} friends [orders|shares] {dish_count} {dish} at {dish_price} each. Their drinks cost {drinks_cost} in total. They use a voucher worth {voucher} and split the rest of the bill equally. How much does each friend pay?",
            "{friends} friends have a voucher for {voucher} [off their bill|to use at a restaurant]. They pay {drinks_cost} for all the drinks together and {dish_price} each for {dish_count} {dish}. The friends share what is left to pay equally. How many dollars does each friend pay?",
            "How much does each of {friends} friends pay if they [eat|order] {dish_count} {dish} for {dish_price} each, have drinks for {drinks_cost} in all, take {voucher} off the bill with a voucher and split the rest equally?",
            "At a restaurant, {dish} cost {dish_price} each. A group [takes|chooses] {dish_count} of them, and drinks for {drinks_cost} altogether. A voucher takes {voucher} off the bill. The group has {friends} people, who all pay the same amount. What does each person pay in dollars?",
            "The drinks of a group of friends come to {drinks_cost} altogether. They also have {dish_count} {dish}, [priced at|for] {dish_price} apiece. There are {friends} people in the group. After a voucher of {voucher} is taken off, everyone pays an equal share. How many dollars is one share?",
            "After dinner, {friends} friends want to split the bill equally. On the bill are {dish_count} {dish} at {dish_price} each and drinks for {drinks_cost} in total. The [waiter|owner] first takes off {voucher} for a voucher. How much is each friend's part?",
            "[{friends} friends go out for dinner together.|{name} is out for dinner in a group that has {friends} members, all of them friends.|A party of {friends} friends sits down at a table in a restaurant.|The number of friends who meet for dinner is {friends}.|In a restaurant, a table is booked for {friends} friends.] "
            "[For {dish_price} apiece, they [choose|get] {dish_count} {dish}.|The table orders {dish_count} {dish}, and each of these costs {dish_price}.|They are served {dish_count} {dish} with a price of {dish_price} each.|Their food is {dish_count} {dish}, each costing {dish_price}.|{dish_count} {dish} are brought to the table, and the menu price of each is {dish_price}.] "
            "[All drinks together add {drinks_cost} to the bill.|Another {drinks_cost} is charged for all the drinks.|What everyone drinks costs {drinks_cost} altogether.|The bill also has {drinks_cost} on it for drinks.|For their drinks, the restaurant asks {drinks_cost} in all.] "
            "[Thanks to a voucher, the bill is then lowered by {voucher}.|A voucher worth {voucher} pays for a part of the bill.|The friends hand in a voucher, which reduces the bill by {voucher}.|{voucher} of the whole bill is covered by a voucher.|The waiter accepts a voucher for {voucher}, so that much less has to be paid.] "
            "[When the rest is divided evenly, how much must each of the friends pay?|If all the friends pay equal parts of the remaining bill, how many dollars is each part?|The friends share the remaining cost evenly, so what does every one of them pay?|Everybody pays the same, so how many dollars must each person pay?|What is each person's share when the remaining amount is shared out evenly?]",
            "[A group of friends is allowed to take {voucher} off the bill with a voucher, and all of them pay the same.|Everybody in a group of friends pays an equal part of the dinner bill, of which a voucher first covers {voucher}.|Before friends divide their restaurant bill evenly, it is lowered by {voucher} with a voucher.|With a voucher, some friends save {voucher} on a dinner bill, and then they divide what remains evenly.|A voucher lowers a restaurant bill by {voucher}, and the rest is divided evenly among the friends at the table.] "
            "[On the bill is {drinks_cost} for drinks.|The sum of the prices of all their drinks is {drinks_cost}.|The drinks alone make up {drinks_cost} of the bill.|They have paid nothing yet for their drinks, which cost {drinks_cost} altogether.|For drinks, {drinks_cost} has to be paid.] "
            "[The food on the bill is {dish_count} {dish}, which are {dish_price} apiece.|They have also eaten {dish_count} {dish}, each of which costs {dish_price}.|Apart from that, there are {dish_count} {dish}, and {dish_price} is asked for each of them.|The kitchen made {dish_count} {dish} for them, each priced at {dish_price}.|Each of the {dish} they ate costs {dish_price}, and there were {dish_count} in all.] "
            "[The number of friends is {friends}.|{friends} friends take part in the dinner.|There are {friends} people at the table, and all of them take part in paying.|The bill is shared by {friends} people.|The group is made up of {friends} friends.] "
            "[How much money does each person have to pay?|How many dollars are paid by each of the friends?|What must every person at the table pay?|What is the share of each person in dollars?|How many dollars is each person's part of the bill?]",
            "[How much must each person pay if {friends} friends share a dinner bill evenly?|What does every one of {friends} friends pay for a dinner whose cost is divided evenly?|How many dollars is each share when {friends} friends divide what is left of a bill evenly?|Find the share of each of {friends} friends who divide the cost of a dinner evenly.|What is each person's part of a bill that is shared evenly among {friends} friends?] "
            "[They chose {dish_count} {dish}, and the price of each was {dish_price}.|The kitchen served them {dish_count} {dish}, for which {dish_price} apiece was charged.|Their order was {dish_count} {dish}, each sold for {dish_price}.|On the table were {dish_count} {dish} costing {dish_price} apiece.|{dish_price} was charged for each of the {dish}, and {dish_count} of them were eaten.] "
            "[On top of that, all their drinks cost {drinks_cost}.|The drinks added {drinks_cost} to the bill.|All drinks, taken together, were {drinks_cost}.|In addition, {drinks_cost} was to be paid for the drinks of the whole group.] "
            "[A voucher worth {voucher} was used first, so that only the rest was shared.|Before the sharing, {voucher} was taken off with a voucher.|The group did not have to pay {voucher} of the bill because of a voucher.|They shared only what remained after a voucher had lowered the bill by {voucher}.|The bill was lowered by {voucher} with a voucher, and they shared the remaining amount.]",
            "[Bill for a dinner: {dish_count} {dish} ({dish_price} each), drinks ({drinks_cost} in all), minus a voucher ({voucher}).|From a bill for {dish_count} {dish}, {dish_price} each, with {drinks_cost} of drinks added, {voucher} is taken off because of a voucher.|A restaurant bill lists {drinks_cost} for the drinks, {dish_count} {dish} for {dish_price} apiece, and a voucher that lowers the bill by {voucher}.|A dinner consists of {dish_count} {dish} that are {dish_price} each, with drinks costing {drinks_cost} in total, and {voucher} of the price is covered by a voucher.|Asked for the bill, the waiter adds up {dish_count} {dish} at a price of {dish_price} each, adds {drinks_cost} for the drinks and takes off {voucher} for a voucher.] "
            "[If {friends} friends share the remaining cost evenly, how much is it for each of them?|How many dollars must each of the {friends} guests pay when all of them pay the same?|The amount to pay is divided evenly by {friends} people. How much is each person's part?|What is the cost per person if {friends} people divide what has to be paid evenly?|There are {friends} people to pay this in equal parts. How many dollars is each person's part?]",
            "A voucher takes {voucher} off the bill of a group of friends. They have drinks for {drinks_cost} in total and {dish_count} {dish} at {dish_price} each. The {friends} friends split the rest equally. How many dollars does each friend pay?",
            "There are {friends} friends at a restaurant. They order {dish_count} {dish} for {dish_price} each, and pay {drinks_cost} for all the drinks together. If they use a voucher for {voucher} and all pay the same amount, what does each of them pay?",
        ),
        distractors=(
            "The restaurant has {n} tables.",
            "The food arrives after {n} minutes.",
            "The cook knows {n} recipes.",
        ),
    ),
    Family(
        name="packs_versus_singles",
        topic="money",
        numbers={
            "needed": Whole(12, 96, 4),
            "pack_size": Whole(4, 12),
            "pack_price": Money(3, 36, cents=True),
            "single_price": Money(1, 4, cents=True),
        },
        words={
            "item": (
                "batteries",
                "light bulbs",
                "pens",
                "tennis balls",
                "markers",
                "yoghurts",
                "candles",
                "juice boxes",
            )
        },
        steps=(
            Step("packs", "needed / pack_size", "That is {=} packs."),
            Step("packs_cost", "packs * pack_price", "The packs cost {=} dollars."),
            Step("singles_cost", "needed * single_price", "Bought one by one, the {item} cost {=} dollars."),
            Step("money_saved", "singles_cost - packs_cost", "So {=} dollars are saved."),
        ),
        where=lambda v: (
            v["packs"].denominator == 1
            and v["packs"] >= 2
            and v["pack_price"] * 5 > v["pack_size"] * v["single_price"] * 3
        ),
        phrasings=(
            "{name} needs {needed} {item}. A pack of {pack_size} costs {pack_price}, while single {item} cost {single_price} each. How much money does {name} save by buying packs [instead of singles|only]?",
            "In a shop, {item} cost {single_price} each, or {pack_price} for a pack of {pack_size}. {name} wants {needed} of them. How many dollars [cheaper is it|does {name} save] if the {item} are bought in packs and not one by one?",
            "How many dollars does {name} save on {needed} {item} by buying packs of {pack_size} for {pack_price} a pack rather than single ones for {single_price} each?",
            "A pack of {pack_size} {item} is sold for {pack_price}. Without a pack, the {item} cost {single_price} apiece. {name} buys {needed} {item}, all in packs. How much less does {name} pay than for {needed} single ones?",
            "For [a school event|the club|a big party], {name} has to get {needed} {item}. Buying them one at a time costs {single_price} each. There are also packs with {pack_size} in each, and every pack costs {pack_price}. What is the difference in dollars between buying singles and buying packs?",
            "Single {item} are {single_price} each. {name} buys packs instead: {pack_size} {item} come in each pack, the price is {pack_price} per pack, and {name} gets {needed} {item} [in all|altogether]. How much money does {name} save with the packs?",
            "[{name} wants to have {needed} {item} [for a school fair|for the summer camp|at home].|{needed} {item} are on {name}'s shopping list.|{name} has been asked to bring {needed} {item}.|The number of {item} that {name} must get is {needed}.|A total of {needed} {item} has to be bought by {name}.] "
            "[The shop asks {single_price} for each of them when they are sold singly.|Sold singly, each would cost {single_price}.|On their own, {item} are {single_price} apiece.|When {item} are not in a pack, {single_price} has to be paid for each.|{single_price} is the price for just a single piece.] "
            "[There are packs too, which hold {pack_size} {item} and cost {pack_price}.|For {pack_price}, the shop also sells a pack with {pack_size} {item} in it.|Packs of {pack_size} are on offer as well, with a price of {pack_price} per pack.|It is also possible to get a pack of {pack_size} {item}, and for each pack {pack_price} is charged.] "
            "[How much cheaper is it to take only packs?|How many dollars are saved if {name} takes packs and no single {item}?|If {name} chooses packs, how many dollars less must be paid than for single {item}?|By how many dollars is the price of the packs lower than the price of the single {item}?|Find how much {name} saves by choosing packs rather than single {item}.]",
            "[For each full pack of {item}, a shop asks {pack_price}.|A shop has {item} in packs, and the price per pack is {pack_price}.|{pack_price} is the price of a pack of {item}.|{name} sees packs of {item} for {pack_price} a pack.] "
            "[There are {pack_size} in a pack.|Every pack holds {pack_size} {item}.|The number of {item} per pack is {pack_size}.|Whoever opens such a pack sees {pack_size} {item} in it.|A pack consists of {pack_size} {item}.] "
            "[{name} goes home with {needed} {item}, all of them in packs.|In this way, {name} obtains {needed} {item} in full packs.|{name} takes as many packs as are needed for {needed} {item}.|{name} fills the basket with packs until there are {needed} {item} in it.|{needed} {item} are needed, so {name} gets the right number of packs.] "
            "[Another way would have been to pay {single_price} for every single piece.|Singly, they would have been {single_price} apiece.|Without packs, {single_price} would have had to be paid for each of the {item}.|The price of a single piece, outside a pack, is {single_price}.|The shop also sells them singly, at {single_price} apiece.] "
            "[How much money was saved by taking packs?|How many dollars did {name} save in this way, compared with single {item}?|What is {name}'s saving in dollars, compared with the price of single {item}?|How much more would {name} have paid for the same number of single {item}?|Find the amount that {name} saved by not buying singly.]",
            "[How much can {name} save on {needed} {item} by choosing packs over single ones?|How much less will {name} pay for {needed} {item} if they come in packs rather than singly?|What is the difference in price between {needed} single {item} and the same number in packs, which {name} buys?|By what amount is {name}'s bill for {needed} {item} smaller when only packs are bought?|Find the money {name} saves when {needed} {item} are bought in packs and not singly.] "
            "[A pack holds {pack_size} and has a price of {pack_price}.|For a pack with {pack_size} {item}, the shop charges {pack_price}.|The packs, which cost {pack_price} each, hold {pack_size} {item}.|You get {pack_size} {item} when you pay {pack_price} for a pack.|Each pack is made up of {pack_size} {item} and sold for {pack_price}.] "
            "[For each single piece, {single_price} is charged.|Single {item} are sold for {single_price} apiece.|Bought singly, every piece costs {single_price}.|The price without a pack is {single_price} apiece.|Without a pack, {name} would pay {single_price} for each.]",
            "[Prices for {item}: {single_price} each, or {pack_price} for {pack_size} in a pack.|{item} cost {single_price} apiece when bought singly, whereas {pack_size} in a pack cost {pack_price}.|You can get {item} singly, paying {single_price} for each, or in packs of {pack_size}, paying {pack_price} for each pack.|The seller says that {item} are sold in packs of {pack_size} for {pack_price} per pack, and singly for {single_price} each.|While single {item} are {single_price} each for customers, packs with {pack_size} of them are sold at {pack_price} a pack.] "
            "[If {name} must have {needed} {item}, how much cheaper are packs in all?|Given that {needed} {item} are to be bought, how many dollars would {name} save with packs?|{name}, who needs {needed} {item}, compares these prices. By how many dollars are the packs cheaper in all?|To get {needed} {item}, {name} chooses packs only. How many dollars are saved with the packs?|What does {name}, who is buying {needed} {item}, save by taking packs?|For {needed} {item}, find the difference between the cost of single pieces and the cost of packs.]",
            "{name} buys {needed} {item} in packs of {pack_size}. Each pack costs {pack_price}. Bought one by one, the {item} cost {single_price} each. How many dollars does {name} save?",
            "The price of {item} is {single_price} each, but a pack of {pack_size} costs {pack_price}. How much money is saved if {name} gets {needed} {item} in packs and not one at a time?",
        ),
        distractors=(
            "The shop is {n} minutes away.",
            "There are {n} other things on the shopping list.",
            "The shop has {n} shelves.",
        ),
    ),
    Family(
        name="craft_profit_shared",
        topic="money",
        numbers={
            "made": Whole(12, 45),
            "unsold": Whole(2, 9),
            "sale_price": Money(5, 18, cents=True),
            "material_price": Money(1, 4, cents=True),
            "stall_fee": Money(8, 40),
        },
        words={
            "item": (
                "bracelets",
                "candles",
                "clay bowls",
                "bookmarks",
                "key rings",
                "knitted hats",
                "wooden toys",
                "lanterns",
            )
        },
        steps=(
            Step("sold", "made - unsold", "They sell {=} {item}."),
            Step("income", "sold * sale_price", "The sale brings in {=} dollars."),
            Step("material_cost", "made * material_price", "The material for all the {item} costs {=} dollars."),
            Step("costs", "material_cost + stall_fee", "With the stall the costs are {=} dollars."),
            Step("profit", "income - costs", "The profit is {=} dollars."),
            Step("share", "profit / 2", "So each of the two gets {=} dollars."),
        ),
        where=lambda v: v["profit"] >= 10,
        phrasings=(
            "{name} and {other} make {made} {item} [together|as a team]. The material costs {material_price} for each one, and the stall at the market costs {stall_fee}. They sell all but {unsold} of the {item} for {sale_price} each. If the two share the profit equally, how much does each of them get?",
            "At a market, {name} and {other} sell {item} for {sale_price} each. They pay {stall_fee} for the stall. They made {made} {item}, with material for {material_price} each, and {unsold} of them are not sold. The two split the profit equally. How many dollars of profit does each one get?",
            "How many dollars of profit does {name} get if {name} and {other} make {made} {item} with material for {material_price} each, pay {stall_fee} for a stall, sell all except {unsold} at {sale_price} each and share the profit equally?",
            "Renting a stall costs {name} and {other} {stall_fee}. They bring {made} {item}, and [at the end of the day|in the evening] {unsold} of these are left over. Each one sold brings in {sale_price}, but the material for every one made costs {material_price}. The profit is split equally between the two. How much is one share?",
            "{name} and {other} spend {material_price} on material for each of the {item} they make. They make {made} of them and sell them [at a fair|in the park] for {sale_price} apiece, but {unsold} find no buyer. Their stall costs {stall_fee}. What does each of the two get when they split the profit in half?",
            "Of the {made} {item} that {name} and {other} made, {unsold} were not sold. The others went for {sale_price} each. The costs were {stall_fee} for the stall and {material_price} of material for each of the {item} made. {name} and {other} [divided|shared] the profit equally. How much money did each of the two earn?",
            "[{name} and {other} have made {made} {item} for a fair.|In their free time, {name} and {other} produce {made} {item}.|{made} {item} are made by {name} and {other}, who work as a team.|A total of {made} {item} is the work of {name} and {other}.|Together, {name} has made {made} {item} with {other}.] "
            "[The materials for each of these cost {material_price}.|For each of them, {material_price} had to be spent on materials.|Making each of them takes {material_price} worth of material.|They needed material worth {material_price} for each piece.|{material_price} is the cost of the material in each of them.] "
            "[To sell their work, a stall is rented for {stall_fee}.|A stall is rented to them for {stall_fee}.|Their stall has a rent of {stall_fee}.|To have a stall, they must pay {stall_fee}.|They also spend {stall_fee} on renting a stall.] "
            "[Customers pay {sale_price} for each piece, and only {unsold} are not bought.|With a price of {sale_price} apiece, everything is sold except {unsold} {item}.|In the end, {unsold} {item} are still on the stall, while every other piece has been bought for {sale_price}.|Each buyer pays {sale_price} per piece, but {unsold} of the pieces made are taken home again.|At closing time, {unsold} pieces remain, and all others have been sold at {sale_price} apiece.] "
            "[They divide the profit evenly, so how many dollars are there for each?|If {name} and {other} take equal parts of the profit, how much is each part?|After the profit is divided evenly between them, how much does {name} have from it?|What is {name}'s part of the profit if {other} gets just as much?|Find the profit of each of the two when it is divided evenly.]",
            "[{name} and {other} divide the profit from their stall at a fair evenly.|Whatever profit {name} and {other} make at a fair goes in equal parts to the two.|The profit of a stall at a fair is shared by {name} and {other} in equal parts.|{name} runs a stall with {other} at a fair, and each of them receives half of the profit.] "
            "[They went home with {unsold} unsold {item}, having got {sale_price} for every other piece they had made.|When they packed up, {unsold} {item} had not been bought, but each of the others had been sold for {sale_price}.|Each of the {item} that found a buyer brought in {sale_price}, and {unsold} found none.|For every piece sold they took {sale_price}, and {unsold} of their {item} were not sold.|People bought all their {item} except {unsold}, paying {sale_price} for each.] "
            "[For the stall, they had paid {stall_fee}.|The rent of the stall, {stall_fee}, had to be paid from this.|They had to pay {stall_fee} to use the stall.|Before that, {stall_fee} had been spent on renting the stall.|They could use the stall because they had paid {stall_fee} for it.] "
            "[Before the fair, they had made {made} {item}, and each had required material for {material_price}.|The number of {item} made was {made}, and the material had cost {material_price} apiece.|They had bought material for {made} {item}, at {material_price} for each, and had used all of it.|{made} {item} had been made for the fair, and each of these had needed material worth {material_price}.] "
            "[How much of the profit goes to {other}?|How many dollars of profit are there for each of the two?|What part of the profit, in dollars, is {name}'s?|How many dollars does {name}'s half of the profit come to?|Find each person's part of the profit.]",
            "[How much money will {name} gain if the profit from {made} homemade {item} is divided evenly with {other}?|What is each person's half of the profit when {name} and {other} have made {made} {item} for a sale?|How many dollars is {other}'s part of the profit if {name} and {other}, who made {made} {item}, take equal parts?|Find the equal part of the profit that each person gets when {name} and {other} have made {made} {item} for a fair.|How much profit does each person make if {name} and {other}, who have made {made} {item} to sell, take equal parts of it?] "
            "[Every piece made requires {material_price} worth of material.|The material is {material_price} for each piece they make.|To make each piece, they use material for {material_price}.|Material for {material_price} goes into each piece that they make.] "
            "[They must also rent a stall for {stall_fee}.|The only other cost is the stall, for which {stall_fee} is charged.|A further {stall_fee} is spent on a stall.|Besides the material, they pay for a stall, with a fee of {stall_fee}.|For their place at the fair, a fee of {stall_fee} is due.] "
            "[Buyers are found for all but {unsold} pieces, and each of these buyers pays {sale_price} per piece.|Every piece that is sold brings {sale_price}, while {unsold} pieces remain unsold.|At {sale_price} apiece, all are sold apart from {unsold}.|Although {unsold} are never sold, the other pieces bring in {sale_price} each.|For each piece sold, {sale_price} is received, but nobody wants the last {unsold}.]",
            "[Notes of {name} and {other}: {made} {item} made, {unsold} not sold.|Of {made} {item} that were made by {name} and {other}, all were sold except {unsold}.|{name} tells a friend that {made} {item} were made with {other}, of which {unsold} could not be sold.|There were {made} {item} on the stall that {name} rented with {other}, and {unsold} of these were still there at the end.|Having made {made} {item} together, {name} and {other} failed to sell {unsold} of them.] "
            "[Income: {sale_price} for each piece sold; costs: {material_price} for each piece made, and {stall_fee} for the stall.|Each piece sold was worth {sale_price} to them, whereas {material_price} had been paid for the material of each piece made, and {stall_fee} for the stall.|The stall was rented for {stall_fee}, the material was bought for {material_price} per piece made, and the buyers paid {sale_price} per piece.|Although the selling price was {sale_price} apiece, there was {material_price} to pay for the material of each piece made, sold or not, and also {stall_fee} for the stall.|While a sold piece brought in {sale_price}, every piece had cost {material_price} to make, and {stall_fee} had been paid for the stall.] "
            "[The profit was divided evenly between {name} and {other}. How many dollars were there for each person?|If {other} takes half of the profit, how many dollars is that?|What did each of the two earn if {name} received as much of the profit as {other}?|How much profit is there for each person when it is divided evenly?|When each of the two takes half of the profit, how much does {name} receive?]",
            "{name} and {other} pay {stall_fee} for a stall and {material_price} of material for each of the {item} they make. They make {made} {item}. All but {unsold} are sold, for {sale_price} each. The two share the profit equally. How many dollars does each of the two get?",
            "The {item} that {name} and {other} make are sold at a market for {sale_price} each. They made {made} of them, and {unsold} are left over. The material costs {material_price} for every one made, and the stall costs {stall_fee}. If the profit is split equally between the two, how much is one share?",
        ),
        distractors=(
            "The market has {n} other stalls.",
            "The market is open on {n} days of the year.",
            "It is {n} minutes to the market by bus.",
        ),
    ),
    Family(
        name="pocket_money_three_things",
        topic="money",
        numbers={
            "pocket_money": Money(20, 60),
            "gift_price": Money(5, 20, cents=True),
            "snack_price": Money(2, 7, cents=True),
            "ticket_price": Money(3, 14, cents=True),
        },
        words={
            "gift": ("a comic book", "a puzzle", "a poster", "a football", "a cap", "a toy car", "a card game"),
            "snack": ("a sandwich", "a milkshake", "a pretzel", "a slice of pizza", "a hot dog", "a bag of popcorn"),
            "ticket": (
                "a cinema ticket",
                "a bus ticket",
                "a zoo ticket",
                "a museum ticket",
                "a pool ticket",
                "a skating ticket",
            ),
        },
        steps=(
            Step("spent", "gift_price + snack_price + ticket_price", "In total {name} spends {=} dollars."),
            Step("left_over", "pocket_money - spent", "So {=} dollars are left."),
        ),
        phrasings=(
            "{name} gets {pocket_money} of pocket money and [buys|pays for] {gift} for {gift_price}, {snack} for {snack_price} and {ticket} for {ticket_price}. How much money is left?",
            "On Saturday {name} spends {ticket_price} on {ticket}, then {snack_price} on {snack} and [finally|later] {gift_price} on {gift}. {name} had {pocket_money} in the morning. How many dollars does {name} still have [in the evening|at the end of the day]?",
            "How many dollars of {name}'s {pocket_money} remain after buying {snack} for {snack_price}, {gift} for {gift_price} and {ticket} for {ticket_price}?",
            "In town, {gift} costs {gift_price}, {ticket} costs {ticket_price} and {snack} costs {snack_price}. {name} buys one of each and has {pocket_money} to spend. How much does {name} have left [afterwards|after that]?",
            "[Grandma|Grandpa|An aunt] gives {name} {pocket_money}. First {name} gets {snack}, which costs {snack_price}. Next comes {ticket} for {ticket_price}. Then {name} spends {gift_price} on {gift}. How much of the money is still there?",
            "{name} takes {pocket_money} to town. There, {name} pays {ticket_price} for {ticket} and {gift_price} for {gift}. {name} gets hungry and also buys {snack}, for {snack_price}. How many dollars [remain|does {name} take home]?",
            "[On Friday, {name}'s parents hand out {pocket_money} as pocket money.|{name} leaves home with {pocket_money}.|There is {pocket_money} in {name}'s wallet.|{pocket_money} is the amount that {name} has saved up.|As a birthday present, {name} receives {pocket_money}.] "
            "[Out of this, {gift_price} is spent on {gift}.|{name} goes to a shop and chooses {gift}, priced at {gift_price}.|{gift_price} of it pays for {gift}.|Soon {gift} is bought for {gift_price}.|The seller in a shop takes {gift_price} from {name} for {gift}.] "
            "[Afterwards, {name} is hungry and gets {snack} for {snack_price}.|Next, {snack} costs {name} {snack_price}.|At a snack bar, {name} hands over {snack_price} for {snack}.|Then {name} has {snack}, and this costs {snack_price}.|Another {snack_price} goes on {snack}.] "
            "[Last of all, {name} gets {ticket}, and its price is {ticket_price}.|Later on, {ticket_price} is needed for {ticket}.|Finally, {ticket} is paid for with another {ticket_price}.|For {ticket}, {name} has to give {ticket_price}.|The day ends with {ticket}, on which {name} spends {ticket_price}.] "
            "[How much of the money does {name} still own?|How many dollars has {name} got left?|What amount of money remains?|How many dollars are not spent?|Find how much {name} has left over.|What sum is {name} left with?]",
            "[{name} has bought {ticket}, which was {ticket_price}.|{ticket_price} has been spent by {name} on {ticket}.|The last thing that {name} paid for today was {ticket}, with a price of {ticket_price}.|This afternoon, {ticket} was sold to {name} for {ticket_price}.|For {ticket_price}, {name} got {ticket} this afternoon.] "
            "[Before that, {name} had enjoyed {snack} costing {snack_price}.|Earlier in the day, {snack_price} had gone on {snack}.|At noon, {name} had paid {snack_price} to have {snack}.|Lunch had been {snack}, for which {name} gave {snack_price}.|For lunch, {name} had ordered {snack} at a price of {snack_price}.] "
            "[In the morning, there had been {gift}, bought for {gift_price}.|Even earlier, {name} had taken home {gift} from a shop, at a cost of {gift_price}.|The day had begun with {gift}, and the price of that was {gift_price}.|Also, {gift_price} of {name}'s money had been used for {gift}.|{name} had got {gift} as well, when the shops opened, and paid {gift_price}.] "
            "[At the start of the day, the wallet of {name} had held {pocket_money}.|All this was paid from {pocket_money} of pocket money.|Before all these purchases, {name} owned {pocket_money}.|When {name} left home, the money to spend was {pocket_money}.|{name} had set out with {pocket_money}.] "
            "[How many dollars are there in {name}'s wallet now?|How much money can {name} bring back home?|What remains of the money?|How many dollars has {name} not used?|What is the amount that {name} did not spend?|Find how many dollars {name} has now.]",
            "[How much is left of the {pocket_money} that {name} took along?|What remains of {name}'s pocket money of {pocket_money} after a day in town?|How many dollars will {name} bring home after leaving with {pocket_money}?|Find how much {name} has left of {pocket_money} after paying for everything.|If {name} starts the day with {pocket_money}, how much is not spent?] "
            "[{name} gets {ticket} for {ticket_price}.|At the ticket desk, {ticket} costs {name} {ticket_price}.|{ticket_price} is the price of {ticket} that {name} needs.|First, {name} has to pay for {ticket}, which is {ticket_price}.] "
            "[For {gift}, {gift_price} is paid.|{name} cannot resist {gift} with a price tag of {gift_price}.|There is also {gift}, which {name} takes for {gift_price}.|A shop sells {name} {gift}, charging {gift_price}.|Also, {name} hands over {gift_price} in a shop and receives {gift}.] "
            "[What {name} eats or drinks is {snack}, sold for {snack_price}.|In between, {name} takes a break with {snack}, costing {snack_price}.|To these costs {name} adds {snack_price} for {snack}.|A kiosk has {snack} for {snack_price}, and {name} takes it.|With {snack}, the price of which is {snack_price}, the shopping is complete.]",
            "[{name}'s list of expenses: {gift} ({gift_price}), {ticket} ({ticket_price}), {snack} ({snack_price}).|The things {name} pays for are {snack}, which is {snack_price}, {gift}, which is {gift_price}, together with {ticket}, which is {ticket_price}.|{name} tells {other} about a day in town: {ticket_price} was paid for {ticket}, {gift_price} for {gift}, then {snack_price} for {snack}.|{name} makes only these purchases: {ticket}, worth {ticket_price}; {snack}, worth {snack_price}; {gift}, worth {gift_price}.|While {gift} takes {gift_price} from {name}'s money and {ticket} takes {ticket_price}, {snack} takes another {snack_price}.] "
            "[If the money at the beginning was {pocket_money}, how much of it remains?|Given that {name} started with {pocket_money}, how many dollars are still there?|Money at the start: {pocket_money}. How many dollars remain for {name}?|{name}'s pocket money before this was {pocket_money}. How much of the money is left?|{pocket_money} was the amount available to {name} for all this. How many dollars are unspent?|Find what remains of the {pocket_money} that {name} had at first.]",
            "{name} has {pocket_money} and buys three things: {ticket} for {ticket_price}, {gift} for {gift_price} and {snack} for {snack_price}. How many dollars are left?",
            "First {name} spends {gift_price} on {gift}. Then {name} pays {snack_price} for {snack} and {ticket_price} for {ticket}. If {name} had {pocket_money} of pocket money in the morning, how much money does {name} still have?",
        ),
        distractors=(
            "The way home takes {n} minutes.",
            "{name} has {n} books at home.",
            "There are {n} people in the queue.",
        ),
    ),
)

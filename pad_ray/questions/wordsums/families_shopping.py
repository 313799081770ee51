"""Scenario families about buying, paying and change."""

from pad_ray.questions.wordsums.grammar import Family, Money, Step, Whole

FAMILIES = (
    Family(
        name="change_from_note",
        topic="money",
        numbers={"count": Whole(2, 12), "price": Money(1, 9, cents=True), "paid": Whole(20, 100, 10)},
        words={"item": ("notebooks", "candles", "sandwiches", "puzzles", "mugs", "plants", "scarves", "postcards")},
        steps=(
            Step("cost", "count * price", "The {item} cost {=} dollars."),
            Step("change", "paid - cost", "So the change is {=} dollars."),
        ),
        where=lambda v: v["change"] < 60,
        phrasings=(
            "{name} [buys|picks up|orders] {count} {item} at {price} each and [pays with|hands over] {paid} dollars. How much change does {name} [get|receive]?",
            "At the market, {item} cost {price} each. {name} takes {count} of them and gives the seller {paid} dollars. How many dollars does {name} get back?",
            "{name} has {paid} dollars. [After|Following a trip to the shop and] buying {count} {item} for {price} each, how much money is left?",
            "How much change is due if {name} pays {paid} dollars for {count} {item} that cost {price} apiece?",
            "[One|Each one] of the {item} in a shop costs {price}. {name} wants {count} of them and [pays|puts down] {paid} dollars at the till. What is the change?",
            "With {paid} dollars in [a pocket|a purse|hand], {name} goes to town and gets {count} {item}, each priced at {price}. How many dollars remain?",
            "[{name} goes to a shop and chooses {count} {item}.|{count} {item} land in {name}'s shopping basket.|In a shop, {name} asks for {count} {item}.|The number of {item} that {name} puts on the counter is {count}.|{name} would like to take home {count} {item} from a shop.] "
            "[Each of them costs {price}.|The price tag on each says {price}.|The seller charges {price} for each of these.|{price} is what has to be paid for each of the {item}.|They come at a price of {price} apiece.] "
            "[{name} puts {paid} dollars on the counter.|At the till, {paid} dollars are handed over by {name}.|To pay for this, {name} takes {paid} dollars out of a wallet and gives them to the cashier.|The cashier receives {paid} dollars from {name}.|{name} gives the seller a total of {paid} dollars.] "
            "[How many dollars should {name} be given back?|What amount of change does {name} receive?|How much change must the seller give?|How many dollars come back to {name} as change?|Find the change that {name} is due.]",
            "[{name} has handed {paid} dollars to a seller.|The cashier in a shop is holding {paid} dollars that {name} has just paid.|A sum of {paid} dollars was given to the cashier by {name}.|{paid} dollars lie on the counter, where {name} has put them to pay.|A seller takes {paid} dollars from {name} and is about to give change.] "
            "[{price} is the price of each of the {item} {name} has chosen.|The goods are {item} costing {price} apiece.|On sale here are {item}, each for {price}, and this is what {name} is buying.|{name} pays for {item} with a price of {price} each.|The shop is selling its {item} at {price} apiece to customers like {name}.] "
            "[Before paying, {name} had picked {count} of them.|{name}'s bag has {count} of these {item} in it.|The purchase consists of {count} {item}.|Altogether, {count} of them are bought.|{count} of the {item} now belong to {name}.] "
            "[How many dollars of change are due to {name}?|How much must be given back to {name}?|What change will {name} get?|What is left of the money for {name} to put back in the wallet?|Work out the change: how many dollars is it?]",
            "[How many dollars of change will {name} get for {paid} dollars?|What change is {name} given after handing over {paid} dollars?|How much comes back to {name} out of {paid} dollars paid at the till?|Find the change from {paid} dollars that {name} puts on the counter.|If {name} gives a seller {paid} dollars, how much must be given back?] "
            "[{name} is buying {count} {item}.|There are {count} {item} in {name}'s basket.|The purchase is {count} {item}.|{count} {item} are to be paid for.|On the counter are {count} {item} that {name} wants.] "
            "[The seller asks {price} for each.|A price of {price} is written on each of them.|Every one of them has a price of {price}.|They are {price} apiece.|For each of the {item}, {price} is charged.]",
            "[Receipt: {count} {item}, {price} apiece; cash received from {name}: {paid} dollars.|{count} {item}, each costing {price}, are paid for by {name} with {paid} dollars.|{name} has a purse with {paid} dollars in it and takes from it the money for {count} {item}, which cost {price} each.|A seller says to {name} that {item} are {price} each, whereupon {name} takes {count} and lays down {paid} dollars.|The cashier is given {paid} dollars by {name}, who is buying {count} {item} with a price of {price} apiece.|Out of {paid} dollars, {name} pays for {count} {item} that are sold at {price} apiece.] "
            "[What does {name} have left, in dollars?|After the purchase, how much of the money is {name}'s to keep?|Of the money, how much is not needed for the {item}?|What amount remains when the {item} have been paid for?|Find how much of the money remains after the purchase.]",
            "The price of {item} is {price} each. If {name} buys {count} and pays with {paid} dollars, how much should the cashier return?",
            "{name} spends part of {paid} dollars on {count} {item}. They are sold for {price} each. How many dollars does {name} still have?",
        ),
        distractors=("{name} is {n} years old.", "The shop opened {n} years ago.", "There are {n} other customers in the shop."),
    ),
)

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
            "The price of {item} is {price} each. If {name} buys {count} and pays with {paid} dollars, how much should the cashier return?",
            "{name} spends part of {paid} dollars on {count} {item}. They are sold for {price} each. How many dollars does {name} still have?",
        ),
        distractors=("{name} is {n} years old.", "The shop opened {n} years ago.", "There are {n} other customers in the shop."),
    ),
)

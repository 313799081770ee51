"""Scenario families about nature and farming: trees, eggs, animals, water, fish, harvests and seeds."""

from pad_ray.questions.wordsums.grammar import Family, Fraction, Money, Percent, Step, Whole

FAMILIES = (
    Family(
        name="tree_rows",
        topic="nature",
        numbers={
            "rows": Whole(4, 20),
            "trees_per_row": Whole(6, 30),
            "dead_percent": Percent((5, 10, 15, 20, 25, 30, 40)),
            "new_trees": Whole(5, 40),
        },
        words={
            "tree": ("apple", "pear", "oak", "pine", "cherry", "birch", "maple", "walnut"),
            "cause": ("frost", "dry weather", "disease", "a flood", "beetles", "strong winds"),
        },
        steps=(
            Step("planted", "rows * trees_per_row", "At first {=} {tree} trees are planted."),
            Step("dead", "planted * dead_percent / 100", "Of these, {=} trees die."),
            Step("alive", "planted - dead", "So {=} trees stay alive."),
            Step("trees_now", "alive + new_trees", "With the new ones there are {=} living trees."),
        ),
        where=lambda v: v["dead"].denominator == 1 and v["dead"] > 1,
        phrasings=(
            "{name} plants {rows} rows of {trees_per_row} {tree} trees. {dead_percent} of the trees die because of {cause}, and [then|later|in the next year] {name} plants {new_trees} new ones. How many living trees are there [now|in the end]?",
            "There are {trees_per_row} {tree} trees in each of the {rows} rows that {name} plants. After {cause}, {dead_percent} of them are dead. {name} [adds|plants] {new_trees} young trees. How many trees are alive then?",
            "How many living {tree} trees does {name} have after planting {rows} rows with {trees_per_row} trees [each|in each row], losing {dead_percent} of them to {cause} and then planting {new_trees} more?",
            "Because of {cause}, {name} loses {dead_percent} of the {tree} trees on a [farm|hill|field]. They had been planted in {rows} rows with {trees_per_row} trees in every row. To help, {other} plants {new_trees} new {tree} trees there. How many living {tree} trees are there now?",
            "A forest worker plants {trees_per_row} {tree} trees in each row and makes {rows} such rows. In winter {dead_percent} of all the trees die. In spring the worker plants {new_trees} [more|new|extra] trees. How many {tree} trees are living in spring?",
            "{name} buys {new_trees} young {tree} trees to plant next to the old ones. The old ones were planted in {rows} rows of {trees_per_row}, but {dead_percent} of these died because of {cause}. Counting old and new, how many {tree} trees are [alive|living]?",
            "[{name} [sets|lays] out {rows} long rows of {tree} trees, with {trees_per_row} trees to a row.|Behind {name}'s house there are {rows} rows of {tree} trees, and every row is made up of {trees_per_row} trees.|A piece of land is planted with {tree} trees: {trees_per_row} in a row, {rows} rows in all.|In autumn, {name} and {other} [plant|set] {rows} rows of young {tree} trees, putting {trees_per_row} trees into each row.|{rows} rows of {tree} trees grow on {name}'s land, and each row consists of {trees_per_row} trees.] "
            "[After that, {cause} killed {dead_percent} of all these trees.|Sadly, {dead_percent} of all these trees do not survive the winter.|During the next months, {dead_percent} of these trees are lost because of {cause}.|A year later, {name} notices that {dead_percent} of all the trees have been killed by {cause}.|Then {cause} came, and {dead_percent} of all the trees died.] "
            "[To make up for the loss, {name} buys {new_trees} young trees and plants them on the same land.|The following spring, {new_trees} new trees are added to the ones that survived.|After this, {name} plants another {new_trees} trees [there|in the same place].|{other} then brings {new_trees} healthy young trees, which are planted there as well.|Afterwards there is room for {new_trees} more {tree} trees, and {name} plants them all.] "
            "[How many trees are alive [there|on the land] now?|If all the new trees live, how many living trees does {name} have?|Counting the living trees and not the dead ones, how many trees are there?|At the end, how many trees are living in all?|Leaving out the dead trees, how many trees does {name} now have?|Find the number of trees that are alive after all this.]",
            "[This spring, {name} plants {new_trees} {tree} trees next to the older ones.|{new_trees} young {tree} trees have just been planted by {name} beside the old trees.|A truck brings {new_trees} small {tree} trees, and {name} plants all of them next to the old ones.|{name} fills the gaps between the old {tree} trees with {new_trees} new ones.|The newest {tree} trees on {name}'s land number {new_trees}, and all of them are doing well.] "
            "[New trees were needed because {cause} had killed {dead_percent} of the old trees.|The reason is that {cause} had killed {dead_percent} of the old trees the year before.|Last year, {dead_percent} of the old trees were killed by {cause}.|Earlier, {cause} had destroyed {dead_percent} of the older trees.|Of the old trees, {dead_percent} had died in the year before.] "
            "[Before that loss, the old trees stood in {rows} rows, {trees_per_row} to a row.|Before any of them died, there were {rows} rows of old trees, and each row held {trees_per_row}.|At the very beginning, the old trees had filled {rows} rows of {trees_per_row} trees each.|At the start, each of the {rows} old rows was made of {trees_per_row} trees.|Before the loss, the old trees had formed {rows} rows, and {trees_per_row} of them stood in every row.] "
            "[Old and new together, how many [living trees|trees that are alive] does {name} have?|How many trees, old and new, are living now?|How many trees are alive, if the new ones are counted too?|When {name} counts all the living trees, old and new, how many are there?|Taking old and new trees together, find how many are alive.]",
            "[How many living {tree} trees are there on {name}'s farm today?|How many of {name}'s {tree} trees are alive after the new planting, old and new ones together?|Find how many {tree} trees on {name}'s farm are alive today.|Can you work out how many living {tree} trees {name} has now?|What number of {tree} trees will {name} count as alive in the end?] "
            "[The land was planted with {rows} rows, and in each row stood {trees_per_row} trees.|First of all, {name} made {rows} rows and put {trees_per_row} trees into every one of them.|There were {rows} rows to begin with, each of them {trees_per_row} trees long.|To begin with, every row had {trees_per_row} trees, and the number of rows was {rows}.|At first {trees_per_row} trees were planted in each of {rows} rows.] "
            "[Then {cause} killed {dead_percent} of all those trees, so {name} planted {new_trees} more, which all grew well.|When {dead_percent} of all those trees had died, {name} put {new_trees} healthy ones into the ground.|After a loss of {dead_percent} of all the trees because of {cause}, {new_trees} extra trees were planted and lived.|{dead_percent} of all those trees were lost to {cause}, and after the loss {name} planted {new_trees} new ones.|Later {dead_percent} of all those trees had to be cut down because of {cause}, and {name} set {new_trees} young trees in the same place.]",
            "[Planted at first: {rows} rows of {tree} trees.|Number of rows of {tree} trees on {name}'s land: {rows}.|{name}'s notebook says that {rows} rows of {tree} trees were planted.|A total of {rows} rows of {tree} trees were planted by {name}.|{other} hears that {name}'s {tree} trees were planted in {rows} rows.] "
            "[Trees in each row: {trees_per_row}.|{trees_per_row} is the number of trees in every row.|All rows have the same length, namely {trees_per_row} trees.|No row is longer or shorter than {trees_per_row} trees.|In every row, {trees_per_row} trees stand side by side.] "
            "[Loss because of {cause}: {dead_percent} of all the planted trees.|It turned out that {dead_percent} of all these trees could not be saved from {cause}.|{dead_percent} is the share of all these trees that {cause} killed.|Later, {cause} left {dead_percent} of all these trees dead.] "
            "[New trees planted after the loss: {new_trees}.|The dead trees were removed, and {new_trees} young trees were planted by {other}.|After the loss, {new_trees} new trees, a gift from {other}, were planted too.|After that loss, {name} added trees, {new_trees} of them, and these all lived.] "
            "[How many trees on the land are living?|If no other trees die, how many trees are alive after the new planting?|So how many trees are alive once the new ones are in the ground?|Given all this, how many living trees does {name} have?|When the planting is done, what is the count of living trees?]",
            "On a field, {name} plants {tree} trees: {rows} rows, and {trees_per_row} trees in each row. Then the field loses {dead_percent} of the trees to {cause}. After {name} plants {new_trees} more, how many living trees [are on|stand on] the field?",
            "First {name} plants {tree} trees in {rows} rows with {trees_per_row} trees each. Then {dead_percent} of the trees die. At last {name} plants {new_trees} new trees. What is the number of living trees [now|in the end]?",
        ),
        distractors=("The oldest tree in the village is {n} years old.", "There are {n} birds in the trees.", "{name} lives at house number {n}."),
    ),
    Family(
        name="eggs_by_dozen",
        topic="nature",
        numbers={
            "hens": Whole(6, 40),
            "eggs_per_hen": Whole(3, 7),
            "eggs_kept": Whole(3, 24),
            "dozen_price": Money(2, 7, cents=True),
            "weeks": Whole(2, 9),
        },
        words={
            "hen": ("hens", "ducks", "chickens", "brown hens", "white hens", "quails"),
            "place": ("at the market", "to a bakery", "to a shop", "in the village", "to the neighbours", "to a hotel"),
        },
        steps=(
            Step("weekly_eggs", "hens * eggs_per_hen", "The {hen} lay {=} eggs a week."),
            Step("eggs_sold", "weekly_eggs - eggs_kept", "Of these, {=} eggs are sold each week."),
            Step("dozens", "eggs_sold / 12", "That is {=} dozen eggs."),
            Step("weekly_money", "dozens * dozen_price", "In one week they bring {=} dollars."),
            Step("earned", "weekly_money * weeks", "In all the weeks they bring {=} dollars."),
        ),
        where=lambda v: v["dozens"].denominator == 1 and v["dozens"] > 1,
        phrasings=(
            "{name} has {hens} {hen}, and each of them lays {eggs_per_hen} eggs [a week|every week|per week]. Each week {name} keeps {eggs_kept} eggs and sells the rest {place} for {dozen_price} a dozen. How much money does {name} [earn|make|get] in {weeks} weeks?",
            "A dozen eggs sells for {dozen_price}. Every week {name} [takes|collects] the eggs from {hens} {hen} and sells them {place}, but first keeps {eggs_kept} eggs for the family. Each of the {hen} lays {eggs_per_hen} eggs a week. How many dollars does {name} get in {weeks} weeks?",
            "How many dollars does {name} earn in {weeks} weeks with {hens} {hen} that lay {eggs_per_hen} eggs each per week, if {eggs_kept} eggs are [kept|eaten at home] every week and all the others are sold at {dozen_price} per dozen?",
            "On {name}'s farm each of the {hen} lays {eggs_per_hen} eggs in a week, and there are {hens} {hen}. The family [eats|uses|keeps] {eggs_kept} eggs a week. The other eggs are sold {place} by the dozen, at {dozen_price} for a dozen. How many dollars does {name} get for them in {weeks} weeks?",
            "For {weeks} weeks {name} sells eggs {place}. The price is {dozen_price} for twelve eggs. Each week {hens} {hen} lay {eggs_per_hen} eggs each, and {eggs_kept} of all these eggs are [not sold|kept at home]. How much money comes in altogether?",
            "{name} keeps {eggs_kept} eggs [every|each] week and sells all the others {place}. There are {hens} {hen}, every one of them lays {eggs_per_hen} eggs a week, and twelve eggs cost {dozen_price}. What does {name} earn in {weeks} weeks?",
            "[{name} looks after {hens} {hen}, and every one of them gives {eggs_per_hen} eggs in a week.|On {name}'s small farm there are {hens} {hen} that each produce {eggs_per_hen} eggs per week.|{name} owns {hens} {hen}. In a week, {eggs_per_hen} eggs come from each of them.|A flock of {hens} {hen} belongs to {name}, who gets {eggs_per_hen} eggs from each of them every week.|{hens} {hen} live in {name}'s yard, and a week brings {eggs_per_hen} eggs from each.] "
            "[Every week {eggs_kept} eggs are used in {name}'s kitchen.|From all the eggs of a week, {name} puts {eggs_kept} aside for the family.|Of all the eggs laid in a week, {eggs_kept} stay at home.|{name} does not sell all the eggs: {eggs_kept} eggs [a|per] week go to {other} as a gift.|The family needs {eggs_kept} eggs a week for itself.] "
            "[All the other eggs are sold {place}, and a dozen of them brings {dozen_price}.|{name} sells the remaining eggs {place} in boxes of a dozen, at {dozen_price} for each box.|What remains is sold {place} by the dozen, with a price of {dozen_price} for every dozen.|{name} sells the remaining eggs {place} and gets {dozen_price} for every twelve eggs.|The eggs that remain are sold {place}, and buyers pay {dozen_price} for a dozen.] "
            "[How many dollars do the eggs bring [in|over a period of] {weeks} weeks?|How much does {name} earn with the eggs in {weeks} weeks?|If this goes on for {weeks} weeks, what does {name} earn in dollars?|In {weeks} weeks, what amount of money does {name} get from selling eggs?|Over {weeks} weeks, how much money will {name} make from eggs?|Find the amount of money that {name} gets for the eggs in {weeks} weeks.]",
            "[For every dozen eggs sold {place}, {name} receives {dozen_price}.|When {name} sells eggs {place}, a dozen costs {dozen_price}.|{dozen_price} is what a dozen of {name}'s eggs costs when sold {place}.|Eggs from {name}'s farm are sold {place}, and the price of a dozen is {dozen_price}.|{name} asks for {dozen_price} per dozen when selling eggs {place}.] "
            "[Not every egg is sold, because {eggs_kept} eggs are needed at home each week.|Only {eggs_kept} eggs a week are kept back, and all the others are sold.|Each week {name}'s family eats {eggs_kept} eggs, and all the others are sold.|Every week all the eggs are sold but {eggs_kept}, which {name} keeps.|Before selling all the others, {name} puts {eggs_kept} eggs aside every week.] "
            "[The eggs come from {hens} {hen}, and each one lays {eggs_per_hen} [in a week|per week].|There are {hens} {hen} on the farm, and in a week every one lays {eggs_per_hen} eggs.|{name} has {hens} {hen}, and the weekly number of eggs from each is {eggs_per_hen}.|All the eggs are laid by {hens} {hen}, at {eggs_per_hen} eggs per week from each one.] "
            "[How many dollars does {name} make by selling eggs for {weeks} weeks?|After {weeks} weeks of selling, how much has {name} earned?|What sum of money do {weeks} weeks of selling bring to {name}?|When {weeks} weeks have passed, how many dollars have been paid for {name}'s eggs?|Find how much the sale of eggs brings {name} in {weeks} weeks.]",
            "[How many dollars will {name} have earned from egg sales when {weeks} weeks are over?|How much money do {name}'s {hen} bring in during {weeks} weeks?|Find how many dollars {name} gets for eggs in {weeks} weeks.|What does {name} take in over {weeks} weeks of selling eggs?|Over {weeks} weeks, what sum in dollars does {name} earn from eggs?] "
            "[There are {hens} {hen} in all, each laying {eggs_per_hen} eggs every week.|{name} keeps {hens} {hen}, and {eggs_per_hen} eggs a week are laid by each one.|A week's eggs come from {hens} {hen} that lay {eggs_per_hen} each.|In a week, each of the {hen} lays {eggs_per_hen} eggs, and {name} has {hens} {hen} in total.|Each of the {hen} gives {eggs_per_hen} eggs per week, and the farm has {hens} {hen}.] "
            "[After {eggs_kept} eggs have been taken out for the family each week, {name} sells the others {place} for {dozen_price} a dozen.|Each week {name} sells all but {eggs_kept} of the eggs {place}, and a dozen goes for {dozen_price}.|{eggs_kept} eggs a week are eaten at home, while each dozen of the others is sold {place} for {dozen_price}.|A dozen is sold {place} for {dozen_price}, but {eggs_kept} eggs a week are not sold because {name} eats them.]",
            "[{name} writes down how many {hen} live on the farm: {hens}.|Number of {hen} on {name}'s farm: {hens}.|A total of {hens} {hen} live in {name}'s barn.|{other} is told that {name} owns {hens} {hen}.|{hens} is the number of {hen} that {name} owns.] "
            "[Eggs laid by each of them per week: {eggs_per_hen}.|Each one is known to lay {eggs_per_hen} eggs per week.|Every week, {eggs_per_hen} eggs are laid by every one of them.|The number of eggs that each of them lays per week is {eggs_per_hen}.] "
            "[Eggs kept at home per week: {eggs_kept}.|Of all the eggs in a week, {eggs_kept} are not for sale.|{name}'s family, which likes eggs, uses {eggs_kept} of the eggs per week.|Every week {eggs_kept} eggs are given to {other} for nothing.] "
            "[Price for a dozen of the other eggs, all sold {place}: {dozen_price}.|The eggs that remain are packed by the dozen and sold {place}, each dozen at {dozen_price}.|For the other eggs, which {name} sells {place}, buyers pay {dozen_price} per dozen.|{name} sells the other eggs {place}, and {dozen_price} is the price of every dozen.] "
            "[What are the earnings from eggs, in dollars, for {weeks} weeks?|How many dollars are earned if this goes on for {weeks} weeks?|How many dollars come in over {weeks} weeks?|Suppose that {weeks} weeks go by like this: how many dollars does {name} receive?|What is earned, in dollars, from the eggs of {weeks} weeks?]",
            "Each of {name}'s {hens} {hen} lays {eggs_per_hen} eggs a week. The eggs are sold {place} at {dozen_price} a dozen, except for {eggs_kept} eggs a week that the family eats. After {weeks} weeks, how many dollars has {name} [earned|made]?",
            "{name} wants to earn money for {weeks} weeks with {hens} {hen}. Every week each of them lays {eggs_per_hen} eggs, {name} keeps {eggs_kept} of all the eggs, and the rest are sold {place} for {dozen_price} per dozen. How much money does {name} [earn|get] in all?",
        ),
        distractors=("{name} lives at house number {n}.", "The farm has {n} apple trees.", "The farm is {n} years old."),
    ),
    Family(
        name="animal_legs",
        topic="nature",
        numbers={"animals": Whole(12, 80), "grazers": Whole(4, 60)},
        words={
            "grazer": ("goats", "sheep", "cows", "horses", "pigs", "donkeys", "ponies", "calves"),
            "bird": ("hens", "ducks", "geese", "turkeys", "chickens", "swans"),
            "place": ("on a farm", "in a field", "in a yard", "in a park", "near a barn", "on a hill"),
        },
        steps=(
            Step("birds", "animals - grazers", "There are {=} {bird}."),
            Step("bird_legs", "2 * birds", "The {bird} have {=} legs."),
            Step("grazer_legs", "4 * grazers", "The {grazer} have {=} legs."),
            Step("all_legs", "bird_legs + grazer_legs", "Together they have {=} legs."),
        ),
        where=lambda v: v["birds"] > 2,
        phrasings=(
            "There are {animals} animals {place}. {grazers} of them are {grazer} with four legs each, and [the rest|all the rest|the others] are {bird} with two legs each. How many legs do the animals have [altogether|in all|in total]?",
            "{name} sees {grazers} {grazer} {place}. All the other animals there are {bird}, and {name} counts {animals} animals in total. How many legs [are there|does {name} count] in all?",
            "How many legs do {animals} animals have [together|in total] if {grazers} are {grazer} and the others are {bird}?",
            "Only {grazer} and {bird} [live|are] {place}. {name} counts {animals} animals, and {grazers} of these are {grazer}. What is the [total|whole] number of legs of all the animals?",
            "[Every|Each] one of the {bird} has two legs, and each one of the {grazer} has four. {name} looks after {grazers} {grazer} and some {bird}, which makes {animals} animals in all. How many legs do the animals have together?",
            "{name} [takes care of|feeds|owns] {animals} animals {place}. They are all {bird}, except for {grazers} {grazer}. If {name} counts the legs of all the {bird} and {grazer}, how many legs are there?",
            "[{name} counts {animals} animals {place}.|There are {animals} animals {place}, and {name} is counting them.|{animals} animals are standing {place}.|In the morning, {name} can see {animals} animals {place}.|A farmer called {name} has {animals} animals {place}.] "
            "[{grazers} of the animals are {grazer}, and {bird} make up the rest.|Among them are {grazers} {grazer}, with {bird} as the only other animals.|The animals are {bird} and {grazer} only, and exactly {grazers} are {grazer}.|Some are {bird}, and the other {grazers} animals are {grazer}.|Apart from {grazers} {grazer}, there are just {bird} in this group.] "
            "[How many legs have all these animals together?|How many legs are there [in total|altogether] on all the animals?|What number of legs do all the animals have?|If {name} adds up the legs of all the animals, what is the result?|Each of the {bird} has two legs and each of the {grazer} has four, so how many legs are there?|Find the number of legs of all the animals together.]",
            "[{name} feeds {grazers} {grazer} {place}.|{grazers} {grazer} can be seen {place}.|There is grass {place} for {grazers} {grazer}.|{place}, {name} meets {grazers} {grazer}.|Somebody has brought {grazers} {grazer} to eat grass {place}.] "
            "[There are also some {bird}, but no other animals.|Some {bird} are there too, and nothing else.|The only other animals there are {bird}.|With the {grazer} live some {bird}, and no other animals.|Except for a number of {bird}, there are no more animals.] "
            "[The {grazer} and the {bird} together are {animals} animals.|Together with the {bird}, that makes {animals} animals.|Counting every animal, {name} gets to {animals}.|Adding the {bird} to the {grazer} gives {animals} animals.|All in all, {animals} animals are there.] "
            "[How many legs are there if every one of the {grazer} has four legs and every one of the {bird} has two?|How many legs would {name} count?|What is the number of legs on all the {bird} and {grazer} taken together?|Find how many legs the {bird} and {grazer} have together.|Counting four legs for each of the {grazer} and two for each of the {bird}, how many legs are there?]",
            "[How many legs are there {place}, if every leg of every animal is counted?|Find how many legs all the animals {place} have.|How many animal legs can {name} count {place}?|What is the total number of animal legs {place}?|Can you say how many legs the animals {place} have together?] "
            "[There are {animals} animals, all of them {bird} or {grazer}.|The animals there, {animals} altogether, are {grazer} and {bird}.|{name} sees {animals} animals there, and all of them are either {bird} or {grazer}.|Only {bird} and {grazer} are there, {animals} animals taken together.|Adding the {grazer} and the {bird}, {name} gets {animals} animals, and there are no others.] "
            "[Exactly {grazers} are {grazer}, which have four legs each; the {bird} have two each.|The {grazer} are {grazers} in number.|{grazers} of the animals are {grazer}, and the rest of them are {bird}.|{name} knows that there are {grazers} {grazer}.|Of all these animals, {grazers} are {grazer}.|If the {bird} are left out, {grazers} {grazer} remain.]",
            "[Animals {place}: {animals}.|A total of {animals} animals belong to {name}.|{animals} is the number of animals {place} that {name} owns.|{name} tells {other} about {animals} animals {place}.|It is said that {name} keeps {animals} animals {place}.] "
            "[{grazer} among these animals: {grazers}.|Those that are {grazer} number {grazers}.|Among these animals there are {grazers} {grazer}.|{grazers} is how many of the animals are {grazer}.|{other} counts {grazers} {grazer} among these animals.] "
            "[Other animals: only {bird}.|Besides the {grazer}, there are just {bird}, and nothing else.|The remaining animals, all of them {bird}, have two legs each.|The rest of the animals can only be {bird}.|As for the remaining animals, {other} sees only {bird}.] "
            "[How many legs do these animals have, if {grazer} have four legs each and {bird} two?|On how many legs do all these animals walk?|When all the legs of the animals are counted, how many are there?|What is the total of all the animals' legs?|{other} asks how many legs the animals have together, so what is the right answer?]",
            "In a group of {animals} animals {place}, there are {grazers} {grazer}. All the others in the group are {bird}. How many legs does the whole group have [in all|together]?",
            "{name} has {bird} and {grazer}, {animals} animals in all. The number of {grazer} is {grazers}. How many legs do {name}'s animals have [altogether|in total]?",
        ),
        distractors=("{name} lives at house number {n}.", "There are {n} trees nearby.", "The nearest town is {n} miles away."),
    ),
    Family(
        name="water_tank",
        topic="nature",
        numbers={
            "capacity": Whole(700, 2000, 50),
            "start_litres": Whole(150, 600, 10),
            "rainy_days": Whole(2, 7),
            "rain_litres": Whole(30, 130, 5),
            "dry_days": Whole(3, 9),
            "litres_used": Whole(15, 60, 5),
        },
        words={
            "user": ("garden", "orchard", "farm", "greenhouse", "field", "park"),
            "tank": ("tank", "water tank", "rain tank", "big tank"),
        },
        steps=(
            Step("rain_water", "rainy_days * rain_litres", "The rain brings {=} litres."),
            Step("after_rain", "start_litres + rain_water", "After the rain there are {=} litres in the tank."),
            Step("water_used", "dry_days * litres_used", "On the dry days {=} litres are used."),
            Step("level", "after_rain - water_used", "Then {=} litres are left."),
            Step("missing", "capacity - level", "So {=} litres are missing until the tank is full."),
        ),
        where=lambda v: v["after_rain"] < v["capacity"] and v["level"] >= 20,
        phrasings=(
            "A {tank} near the {user} holds {capacity} litres when it is full. There are {start_litres} litres in it. Then it rains for {rainy_days} days, and each day {rain_litres} litres [flow in|run in|are added]. On the next {dry_days} days there is no rain and {litres_used} litres a day are taken out. How many litres are [needed to fill|needed to top up] the tank after that?",
            "{name} has a {tank} with {start_litres} litres of water. On {rainy_days} rainy days it gets {rain_litres} litres a day. Then {name} uses {litres_used} litres a day for the {user} on {dry_days} dry days. The tank [can hold|has room for] {capacity} litres. How many litres must {name} add to make the tank full?",
            "How many litres are missing in a {tank} for {capacity} litres, if it starts with {start_litres} litres, [gains|gets] {rain_litres} litres on each of {rainy_days} rainy days, and then loses {litres_used} litres on each of {dry_days} dry days?",
            "On every dry day, {litres_used} litres of water are used for the {user}. On every rainy day, {rain_litres} litres [come|flow] into the {tank} and none is used. At first the tank, which can hold {capacity} litres, has {start_litres} litres in it. Then there are {rainy_days} rainy days, followed by {dry_days} dry days. How many more litres would fill the tank?",
            "First it rains for {rainy_days} days, and every day the {tank} gets {rain_litres} litres more. After the rain come {dry_days} dry days, and each day {name} [takes|uses] {litres_used} litres for the {user}. Before all this, {start_litres} litres were in the tank. A full tank has {capacity} litres. How many litres are missing at the end?",
            "The {tank} of the {user} has room for {capacity} litres of water. {name} [checks|looks at] it and finds {start_litres} litres. Each of the next {rainy_days} days brings {rain_litres} litres of rain water. After that, the {user} needs {litres_used} litres a day for {dry_days} days without rain. How much more water, in litres, could go into the tank then?",
            "[The {user} has a {tank} with room for {capacity} litres.|{name} has put up a {tank} for the {user}, and it can take {capacity} litres of water.|Next to the {user} stands a {tank} in which {capacity} litres of water fit.|A {tank} built for the {user} is full when it contains {capacity} litres.|{name} collects rain in a {tank} whose size is {capacity} litres.] "
            "[At the beginning the tank contains {start_litres} litres.|{start_litres} litres are already in the tank.|When {name} looks inside, there are {start_litres} litres.|To begin with, the water in the tank measures {start_litres} litres.|It is not full but has only {start_litres} litres in it.] "
            "[During {rainy_days} days of rain, {rain_litres} litres a day run into the tank.|Then {rainy_days} wet days follow, and on each of these the tank gets {rain_litres} litres of rain.|It starts to rain, and for {rainy_days} days {rain_litres} litres of rain fall into the tank daily.|Rain falls for {rainy_days} days, and the tank gains {rain_litres} litres per day.] "
            "[After the rain, {name} uses {litres_used} litres a day for {dry_days} dry days.|The next {dry_days} days are dry, and {litres_used} litres are used on every one of those days.|For {dry_days} dry days after that, {litres_used} litres are taken from the tank per day.|Dry weather follows for {dry_days} days, with {litres_used} litres used daily.|Once the rain is over, the {user} uses up {litres_used} litres a day during {dry_days} days without rain.] "
            "[How many more litres can the tank take after that?|How many litres of water would now make the tank full?|How much water, in litres, is needed to fill the tank completely after the dry days?|At the end, how many litres are lacking in the tank?|How many litres short of full is the tank then?|Find how many litres are still needed for a full tank.]",
            "[On each of the last {dry_days} days, which were dry, {name} used {litres_used} litres from the {tank}.|There have just been {dry_days} dry days, on each of which the {user} needed {litres_used} litres from the {tank}.|The past {dry_days} days were dry, so {litres_used} litres a day went from the {tank} to the {user}.|For the last {dry_days} days there was no rain, and {litres_used} litres a day were taken from the {tank} for the {user}.] "
            "[Before those dry days there had been {rainy_days} days of rain, each bringing {rain_litres} litres to the tank.|The {rainy_days} days before that were rainy, and {rain_litres} litres a day flowed in.|Earlier, rain had fallen for {rainy_days} days and added {rain_litres} litres daily.|Just before, it had rained for {rainy_days} days, with {rain_litres} litres running into the tank per day.] "
            "[Before the rain, the tank had held {start_litres} litres.|When the rain started, {start_litres} litres were in the tank.|The rain had begun with {start_litres} litres already in the tank.|At the very beginning, before any of this, the tank contained {start_litres} litres.] "
            "[The tank is full at {capacity} litres.|It takes {capacity} litres to fill the tank when it is empty.|There is room for {capacity} litres in the tank altogether.|The size of the tank is {capacity} litres.|As much as {capacity} litres can be kept in the tank.] "
            "[How many litres would have to be added now to fill the tank?|How many litres of space are left in the tank today?|By how many litres is the tank below full now?|How many litres of water does {name} have to pour in now for the tank to be full?|Find the number of litres that still fit into the tank now.]",
            "[How many litres are needed to fill {name}'s {tank} after all the rainy and dry days?|How many litres does {name}'s {tank} still have room for after the dry days?|Find how many litres are needed to fill {name}'s {tank} when the dry days are over.|How much water, in litres, must {name} add to fill the {tank} at the end of the dry days?|After the dry days, how far from full, in litres, is {name}'s {tank}?] "
            "[It can hold at most {capacity} litres, and there were {start_litres} litres in it at first.|Its size is {capacity} litres, and {start_litres} litres of this were filled at the start.|At the start, {start_litres} litres out of a possible {capacity} litres were in the tank.|With {capacity} litres the tank would be full, but it started with {start_litres} litres.] "
            "[Then rain came for {rainy_days} days and gave the tank {rain_litres} litres per day.|For {rainy_days} days it rained, and the water in the tank grew by {rain_litres} litres on every one of these days.|Each of {rainy_days} rainy days put {rain_litres} litres into the tank.|First came {rainy_days} days of rain, with {rain_litres} litres flowing in [daily|per day].] "
            "[Next came {dry_days} days without rain, and the {user} took {litres_used} litres a day.|When the rain stopped, {name} used {litres_used} litres per day on {dry_days} dry days.|Then the water in the tank fell by {litres_used} litres daily for {dry_days} dry days.|In the {dry_days} dry days that followed, {litres_used} litres a day were used for the {user}.]",
            "[{name} notes the size of a {tank}: {capacity} litres.|Room in the {tank} of the {user}: {capacity} litres.|{capacity} litres is the most that {name}'s {tank} can hold.|A total of {capacity} litres can be stored in the {tank} of the {user}.|{name} tells {other} that the {tank} is full when there are {capacity} litres in it.] "
            "[Water at the start: {start_litres} litres.|{start_litres} litres were measured in the tank at the start.|What was in the tank at first was {start_litres} litres of water.|{other} measures the water in the tank and gets {start_litres} litres.] "
            "[Then rain: {rainy_days} days, {rain_litres} litres caught per day.|After that, {rain_litres} litres of rain are caught per day for {rainy_days} days.|The tank then catches rain on {rainy_days} days, {rain_litres} litres on every one of these days.|Per rainy day {rain_litres} litres are added, and {rainy_days} rainy days come next.] "
            "[Dry weather afterwards: {dry_days} days, {litres_used} litres used per day.|{dry_days} dry days follow, each costing the tank {litres_used} litres.|Then, without any rain, {litres_used} litres are drained per day for {dry_days} days.|The {user} is watered on the {dry_days} dry days after the rain, which takes {litres_used} litres per day.] "
            "[How many litres could then be poured in before the tank is full?|How many more litres of water fit into the tank after this?|What amount of water, in litres, is lacking then for a full tank?|In the end, how many litres of space in the tank are empty?|If {name} wants to fill the tank now, how many litres are needed?]",
            "There are {start_litres} litres of water in {name}'s {tank}. A full tank holds {capacity} litres. It rains for {rainy_days} days, which adds {rain_litres} litres each day. Then for {dry_days} dry days {name} takes out {litres_used} litres each day. How many litres does the tank need to be full [again|then]?",
            "{name} takes water for the {user} from a {tank} that holds {capacity} litres when full. It has {start_litres} litres in it before {rainy_days} days of rain. Every day of rain adds {rain_litres} litres. Then there are {dry_days} dry days, and {name} uses {litres_used} litres on each of them. How many litres are missing [now|in the end] until the tank is full?",
        ),
        distractors=("The tank is {n} years old.", "The {user} is {n} years old.", "The tank stands {n} steps from the house."),
    ),
    Family(
        name="fish_tanks",
        topic="nature",
        numbers={
            "tanks": Whole(3, 9),
            "fish_each": Whole(6, 20),
            "moved": Whole(5, 40),
            "bags": Whole(2, 8),
            "fish_per_bag": Whole(3, 12),
        },
        words={
            "fish": ("goldfish", "guppies", "carp", "trout", "perch", "young fish", "small fish"),
            "pond": ("a garden pond", "the school pond", "the park pond", "a lake", "a pool", "a stream"),
        },
        steps=(
            Step("fish_at_first", "tanks * fish_each", "At first there are {=} {fish}."),
            Step("fish_left", "fish_at_first - moved", "After some are moved, {=} stay in the tanks."),
            Step("fish_bought", "bags * fish_per_bag", "The bags bring {=} new {fish}."),
            Step("fish_now", "fish_left + fish_bought", "Now there are {=} {fish} in all."),
            Step("fish_per_tank", "fish_now / tanks", "So each tank gets {=} {fish}."),
        ),
        where=lambda v: v["fish_per_tank"].denominator == 1 and v["fish_per_tank"] > 1,
        phrasings=(
            "{name} has {tanks} tanks with {fish_each} {fish} in each. {name} moves {moved} of the {fish} to {pond} and [then|later] buys {bags} bags with {fish_per_bag} {fish} in each bag. Now {name} [shares|spreads] all the {fish} equally over the {tanks} tanks. How many {fish} are in each tank?",
            "In each of {name}'s {tanks} tanks [swim|live|are] {fish_each} {fish}. {bags} bags of {fish_per_bag} new {fish} arrive, and {moved} {fish} are taken from the tanks to {pond}. If every tank then gets the same number, how many {fish} does each tank have?",
            "How many {fish} will each tank [hold|have] if {tanks} tanks with {fish_each} {fish} each lose {moved} {fish} to {pond} in total, {bags} bags with {fish_per_bag} {fish} each are bought for the tanks, and all the {fish} in the tanks are then shared equally?",
            "{name} buys {bags} bags of {fish}. Each bag [has|holds] {fish_per_bag} {fish}. At home there are {tanks} tanks that had {fish_each} {fish} each, but {moved} of those {fish} went to {pond}. {name} puts the new {fish} with the old ones so that all {tanks} tanks have the same number. How many {fish} are in every tank?",
            "There are {fish_each} {fish} in every tank and {name} has {tanks} tanks. First, {moved} {fish} in all are [carried|moved|taken] to {pond}. Second, {name} gets {bags} bags with {fish_per_bag} {fish} each. Third, all the {fish} that {name} now has are divided equally among the tanks. How many {fish} go in each tank?",
            "A shop has {tanks} tanks and keeps {fish_each} {fish} in each one. In total, {moved} of the {fish} are moved to {pond}. After that, the shop [buys|receives|gets] {bags} bags, each with {fish_per_bag} {fish}, and makes the number of {fish} the same in all the tanks. What is that number?",
            "[In {name}'s pet shop there are {tanks} tanks, and {fish_each} {fish} swim in every one.|{name} owns {tanks} tanks and keeps {fish_each} {fish} in every one of them.|{name}'s school has {tanks} fish tanks with {fish_each} {fish} per tank.|{fish_each} {fish} live in each tank at {name}'s house, and there are {tanks} tanks.|{name} takes care of {tanks} tanks, each of which is home to {fish_each} {fish}.] "
            "[From all the tanks together, {moved} {fish} are carried to {pond}.|A total of {moved} of these {fish} are let go in {pond}.|Then {name} catches {moved} of all these {fish} and lets them swim in {pond}.|Altogether {moved} of these {fish} are given a new home in {pond}.|Then {moved} {fish} in all leave the tanks for {pond}.] "
            "[After that, {bags} bags, each with {fish_per_bag} {fish} inside, arrive for the tanks.|Later, {name} pays for {bags} bags that hold {fish_per_bag} {fish} each, and puts these into the tanks.|Next, {other} brings {bags} bags for the tanks, and every bag contains {fish_per_bag} more {fish}.|{bags} bags are bought to fill the tanks again, and each bag contains {fish_per_bag} {fish}.|Soon {name} buys more {fish} for the tanks: {bags} bags with {fish_per_bag} in each.] "
            "[If all the tanks now get equally many {fish}, how many are there in each tank?|When all the {fish} now in the tanks are spread evenly over the {tanks} tanks, how many are in each tank?|All the tanks shall now have equally many {fish}, so how many are in each tank?|The {fish} now in the tanks are spread evenly, so how many are in each tank?|What number of {fish} is in each tank after the tanks have been made equal?|Find how many {fish} each tank has after an even sharing among the tanks.]",
            "[{name} comes home with {bags} bags that each contain {fish_per_bag} {fish}.|{bags} bags, each with {fish_per_bag} {fish} inside, are brought home by {name}.|Today {name} bought {bags} bags of {fish} for the tanks at home, and each bag held {fish_per_bag}.|The pet shop packs {fish_per_bag} {fish} into a bag, and {name} takes home {bags} of these bags.|{other} gives {name} {bags} bags, and in every bag there are {fish_per_bag} {fish}.] "
            "[The week before, {moved} {fish} in all had been taken from the tanks at home to {pond}.|Earlier, {name} had set {moved} {fish} from the home tanks free in {pond}.|The new {fish} are meant for the tanks at home, from which {moved} {fish} in all had gone to {pond}.|Before that, the tanks at home had lost {moved} {fish} in total, which now live in {pond}.] "
            "[At first there had been {fish_each} {fish} in each of {tanks} tanks.|Before any were taken away, {name} had {tanks} tanks with {fish_each} {fish} in every tank.|Originally, each tank at home had {fish_each} {fish}, and the number of tanks is {tanks}.|To begin with, {fish_each} {fish} had been living in every one of the {tanks} tanks.] "
            "[Now the new {fish} join those left in the tanks and all are shared evenly, so how many are in each tank?|If {name} now adds the new {fish} and makes all the tanks equal, how many does each tank hold?|How many {fish} are there per tank when the new ones are added and all the tanks have equally many?|With the new {fish} added to the others in the tanks and all divided evenly, how many does every tank get?|Find the number of {fish} in each tank when the new ones are added and all the tanks are made equal.]",
            "[When {name} has made all {tanks} tanks equal, how many {fish} will each tank have?|Find how many {fish} each of {name}'s {tanks} tanks holds at the end, when all have equally many.|{name} wants equally many {fish} in each of {tanks} tanks: how many must that be?|How many {fish} are finally in each of {name}'s {tanks} tanks, when all the tanks hold equally many?] "
            "[Each tank held {fish_each} {fish} at first, but then {moved} in all were taken to {pond}.|At first every tank had {fish_each} {fish}, and from this total {moved} were set free in {pond}.|There used to be {fish_each} {fish} per tank, until {name} moved {moved} altogether to {pond}.|The tanks started with {fish_each} {fish} each and lost {moved} {fish} altogether to {pond}.] "
            "[Then {name} bought {bags} bags of {fish} for the tanks, {fish_per_bag} to a bag.|New ones for the tanks came in {bags} bags, and each bag had {fish_per_bag} {fish} in it.|After that, {bags} bags, every one with {fish_per_bag} {fish}, were emptied into the tanks.|Into the tanks also went {bags} bags of {fish}, each bag holding {fish_per_bag}.]",
            "[{name}'s fish tanks: {tanks}, with {fish_each} {fish} in every tank.|It is known that {name} has {tanks} tanks in which {fish_each} {fish} each are kept.|{tanks} is the number of tanks in {name}'s room, and {fish_each} is the number of {fish} in every tank.|A total of {tanks} tanks, each with {fish_each} {fish}, stand in {name}'s house.|{name} tells {other} that there are {fish_each} {fish} in each of {tanks} tanks.] "
            "[Moved to {pond}: {moved} {fish} altogether.|{moved} {fish} altogether are taken from the tanks and put into {pond}.|Because the tanks are too full, {moved} of all these {fish} are moved to {pond}.|{pond} gets {moved} of all these {fish}.] "
            "[New in the tanks after that: {bags} bags, each with {fish_per_bag} {fish}.|The tanks then receive what is in {bags} bags, namely {fish_per_bag} {fish} per bag.|{bags} bags are then emptied into the tanks, and {fish_per_bag} {fish} come out of each bag.|Then {other} adds {fish_per_bag} {fish} from each of {bags} bags to the tanks.] "
            "[How many {fish} go into each tank, if {name} now shares them out so that no tank has more than another?|How many {fish} end up in each tank if no tank gets more than any other?|If {name} now makes all the tanks equal, how many {fish} will each tank contain?|After the {fish} have been evened out between the tanks, what is the number in each tank?]",
            "{name} takes {moved} {fish} out of the tanks and brings them to {pond}. Before that, {tanks} tanks had {fish_each} {fish} each. Then {name} buys {bags} bags of {fish_per_bag} {fish} and [shares|divides] all the {fish} in the tanks equally. How many {fish} does each of the {tanks} tanks have now?",
            "{name} keeps {fish} in {tanks} tanks, {fish_each} in each tank. {other} moves {moved} of them to {pond}, and {name} buys {bags} new bags. There are {fish_per_bag} {fish} in every bag. In the end each tank has the same number of {fish}. How many {fish} are in one tank [now|then]?",
        ),
        distractors=("The house has {n} windows.", "There are {n} plants in the tanks.", "The oldest of the tanks is {n} months old."),
    ),
    Family(
        name="harvest_crates",
        topic="nature",
        numbers={
            "days": Whole(3, 9),
            "crates_per_day": Whole(8, 40),
            "spoiled": Whole(3, 20),
            "crate_price": Money(8, 25),
            "workers": Whole(2, 6),
            "daily_wage": Money(20, 60),
        },
        words={
            "fruit": ("apples", "pears", "plums", "peaches", "tomatoes", "carrots", "melons", "cherries"),
            "loss": ("go bad", "are spoiled", "get wet and are thrown away", "are eaten by animals", "are given away for free"),
        },
        steps=(
            Step("crates", "days * crates_per_day", "In all {=} crates are picked."),
            Step("crates_sold", "crates - spoiled", "Of these, {=} crates are sold."),
            Step("income", "crates_sold * crate_price", "They bring {=} dollars."),
            Step("pay_per_day", "workers * daily_wage", "The workers cost {=} dollars a day."),
            Step("total_pay", "days * pay_per_day", "For all the days that is {=} dollars."),
            Step("profit", "income - total_pay", "So {=} dollars remain."),
        ),
        phrasings=(
            "For {days} days, {workers} workers pick {fruit} on {name}'s farm. [Together they fill|All together they pick] {crates_per_day} crates a day. {spoiled} of all the crates {loss}, and {name} sells the others for {crate_price} per crate. Each worker is paid {daily_wage} a day. How much money does {name} have left after paying the workers?",
            "{name} sells {fruit} at {crate_price} a crate. The harvest takes {days} days with {crates_per_day} crates [each day|every day|a day]. {spoiled} crates {loss}, and all the others are sold. {workers} workers help on every day and each gets {daily_wage} a day. How many dollars are left when the workers are paid?",
            "How many dollars does {name} keep from the harvest of {fruit}, if {crates_per_day} crates a day are picked for {days} days, {spoiled} crates in total {loss}, each of the other crates is sold for {crate_price}, and {workers} workers [get|earn|are paid] {daily_wage} each per day?",
            "{name} pays {workers} workers {daily_wage} each per day to pick {fruit}. They work for {days} days and pick {crates_per_day} crates a day in all. Of the whole harvest, {spoiled} crates {loss}. The other crates are sold, and every crate [brings|brings in] {crate_price}. What is {name}'s profit?",
            "The harvest of {fruit} lasts {days} days. Each day {name} must pay {daily_wage} to each of {workers} workers, and each day the farm gets {crates_per_day} crates in total. A crate [costs|sells for] {crate_price}. All crates are sold, except that {spoiled} crates {loss}. How much more does {name} take in than pay out?",
            "At the end of the harvest, {spoiled} crates of {fruit} {loss} and {name} sells the others at {crate_price} each. The harvest went on for {days} days, with {crates_per_day} crates picked per day in all. {workers} workers worked on each of these days, for {daily_wage} per worker and day. After [paying them|the workers are paid], how many dollars does {name} keep?",
            "[It takes {workers} workers {days} days to harvest the {fruit} on {name}'s land.|{name} hires {workers} workers, and for {days} days all of them pick {fruit}.|A team of {workers} workers harvests {name}'s {fruit} during {days} days.|{name}'s {fruit} are ripe, so {workers} workers come and pick for {days} days.|For a harvest of {fruit} that lasts {days} days, {name} needs {workers} workers every day.] "
            "[The team fills {crates_per_day} crates a day.|As a group, the workers bring in {crates_per_day} crates per day.|Every day a total of {crates_per_day} crates are filled.|Per day, {crates_per_day} crates are picked by the whole team.|The daily harvest of the whole group is {crates_per_day} crates.] "
            "[From the whole harvest, {spoiled} crates {loss}, and {name} gets {crate_price} for each of the others.|Of all these crates, {spoiled} {loss}, and each of the remaining crates is sold for {crate_price}.|{name} sells all the crates at {crate_price} per crate, except that {spoiled} of them {loss}.|Over the whole harvest, {spoiled} crates {loss}, but the remaining ones bring {crate_price} each.|When the harvest is over, {spoiled} crates {loss}, and {crate_price} is paid for each crate that is left.] "
            "[The pay for a worker is {daily_wage} a day.|The workers earn {daily_wage} a day each.|For a day of work, every worker is paid {daily_wage}.|{name} gives every worker {daily_wage} per day.|A day's work costs {name} {daily_wage} for each worker.] "
            "[How much money does {name} keep once the workers have been paid?|How many dollars remain for {name} after the workers' pay?|What is {name}'s profit from this harvest in dollars?|When all the workers have been paid, how many dollars are left?|How much does {name} gain from the harvest after all wages?|Find the profit that {name} makes from the harvest after paying all wages.]",
            "[{name} sells {fruit}, and every crate brings {crate_price}.|For a crate of {fruit}, {name} is paid {crate_price}.|At the market, {name} asks {crate_price} for each crate of {fruit}.|{crate_price} is the price of a crate of {name}'s {fruit}.|Shops buy {name}'s {fruit} at {crate_price} for a crate.] "
            "[There are {spoiled} crates from the harvest that {loss}, but all the others are sold.|All crates of the harvest are sold, apart from {spoiled} that {loss}.|Because {spoiled} crates in total {loss}, only the other crates are sold.|Before the sale, {spoiled} of all the crates {loss}, and then everything else is sold.|The crates sold are all those picked, less {spoiled} crates that {loss}.] "
            "[Earlier, {crates_per_day} crates a day had been picked for {days} days.|All the crates come from {days} days of picking, with {crates_per_day} crates filled per day by the whole team.|The picking had gone on for {days} days, and {crates_per_day} crates a day had been filled in all.|The harvest had taken {days} days and given {crates_per_day} crates per day.] "
            "[On all of these days, {name} employed {workers} workers at {daily_wage} a day each.|Every day of the harvest, {workers} workers were paid {daily_wage} each.|The work was done by {workers} workers, and each was paid {daily_wage} for every day of picking.|{workers} workers did the picking every day, and a worker's daily pay was {daily_wage}.] "
            "[How much of the money from the sale is left for {name} when the wages are paid?|How many dollars of profit does {name} make?|After all wages, how much money does {name} have from this harvest?|What profit, in dollars, does {name} make with the harvest?|How much more money comes in from the crates than goes out to the workers?]",
            "[How much profit does {name} make with a harvest of {fruit}?|How much money from the {fruit} is left for {name} when all the workers are paid?|Find how many dollars {name} keeps from selling {fruit} after the pay of the workers.|What remains for {name}, in dollars, when the {fruit} are sold and the workers paid?|How many dollars are left from {name}'s sale of {fruit} once the wages are paid?] "
            "[The work took {days} days, and {workers} workers were there on every day, each for {daily_wage} a day.|On every one of {days} days, {name} paid {daily_wage} to each of {workers} workers.|{workers} workers were hired for {days} days, with a daily wage of {daily_wage} for every worker.|Each of {workers} workers worked for {days} days and earned {daily_wage} per day.] "
            "[Together, the workers picked {crates_per_day} crates a day.|In a day, all the workers together filled {crates_per_day} crates.|The number of crates picked per day was {crates_per_day} in all.|Every day, {crates_per_day} crates were added to the harvest.] "
            "[{spoiled} of all the crates {loss}, so {name} sells only the others, for {crate_price} a crate.|Now {spoiled} of all the crates {loss}, while each of the others is sold for {crate_price}.|Except for {spoiled} crates that {loss}, all are sold, and a crate costs {crate_price}.|A crate costs {crate_price}, and {name} sells all of them but {spoiled}, which {loss}.]",
            "[{name}'s harvest of {fruit}: {days} days of work.|{other} asks about the harvest of {fruit}, and {name} says that it lasted {days} days.|A total of {days} days were needed for the harvest of {fruit} on {name}'s farm.|{days} is the number of days on which {fruit} were picked for {name}.] "
            "[Crates filled per day, all workers together: {crates_per_day}.|{crates_per_day} crates a day were filled by all workers together.|Per day, the whole team was able to fill {crates_per_day} crates.|The result of every day was {crates_per_day} full crates.] "
            "[Before the sale, {spoiled} of all the crates {loss}.|Of this whole harvest, a total of {spoiled} crates {loss}.|Not all the crates can be sold, because {spoiled} of them {loss}.|{spoiled} is the number of crates that {loss} before the sale.] "
            "[Price of each of the other crates, which are all sold: {crate_price}.|The crates that remain are sold, and {crate_price} is paid for each.|All the remaining crates are bought by a shop at {crate_price} apiece.|{name} then sells the remaining crates and is paid {crate_price} per crate.] "
            "[Workers: {workers}, each paid {daily_wage} a day.|The team of {workers} workers was paid at {daily_wage} per worker and day.|{name} had {workers} workers at a wage of {daily_wage} a day for each.|For every day of work, {daily_wage} went to each of the {workers} workers.] "
            "[How many dollars are left over for {name}?|With all wages paid, how much money is left?|What profit does this harvest give {name}, in dollars?|If the pay of the workers is taken off the money from the crates, how many dollars remain?]",
            "{workers} workers help {name} to pick {fruit} for {days} days. Each worker gets {daily_wage} a day. The farm [picks|gets] {crates_per_day} crates a day in total. In the end {spoiled} crates {loss}, and the rest are sold for {crate_price} each. How many dollars does {name} have left after paying the workers?",
            "A crate of {fruit} sells for {crate_price}. On each of {days} days the workers on {name}'s farm pick {crates_per_day} crates in all. {name} sells every crate, but not the {spoiled} crates that {loss}. There are {workers} workers, and {name} pays each of them {daily_wage} for each day. What is the profit [in dollars|of the harvest]?",
        ),
        distractors=("{name} lives at house number {n}.", "The farm is {n} miles from the town.", "There are {n} bees near the house."),
    ),
    Family(
        name="sprouting_seeds",
        topic="nature",
        numbers={"seeds": Whole(24, 360, 4), "sprout_share": Fraction(), "flowers_each": Whole(2, 12)},
        words={
            "flower": ("sunflower", "poppy", "marigold", "pansy", "daisy", "rose", "violet", "aster"),
            "place": ("in the garden", "in pots", "in a field", "near the house", "in the school yard", "in a greenhouse"),
        },
        steps=(
            Step("plants", "seeds * sprout_share", "Of the seeds, {=} sprout."),
            Step("flowers", "plants * flowers_each", "The plants have {=} flowers in all."),
        ),
        where=lambda v: v["plants"].denominator == 1 and v["plants"] > 2,
        phrasings=(
            "{name} [plants|sows|puts] {seeds} {flower} seeds {place}. Only {sprout_share} of the seeds sprout, and each plant [grows|has|makes] {flowers_each} flowers. How many flowers are there?",
            "Each {flower} plant [has|grows] {flowers_each} flowers. {name} sows {seeds} seeds {place}, and {sprout_share} of them sprout and become plants. How many flowers does {name} get [in all|altogether]?",
            "How many flowers [grow|will {name} see] {place} if {sprout_share} of {seeds} {flower} seeds sprout and every plant has {flowers_each} flowers?",
            "Of all the {flower} seeds that {name} sows {place}, {sprout_share} sprout. There are {seeds} seeds, and every seed that sprouts gives a plant with {flowers_each} flowers. What is the [total number|number] of flowers?",
            "{name} has a bag of {seeds} {flower} seeds and plants all of them {place}. [In spring|After a few weeks|In the warm weather], {sprout_share} of the seeds sprout. Later there are {flowers_each} flowers on each plant. How many flowers can {name} count?",
            "{sprout_share} of the {flower} seeds sprout {place}, and the others do not. {name} had sown {seeds} seeds. If [each|every] plant gets {flowers_each} flowers, how many flowers are there in total?",
            "[{name} puts {seeds} {flower} seeds into the soil {place}.|{seeds} {flower} seeds are sown {place} by {name}.|In spring, {name} sows {flower} seeds {place}, {seeds} of them in all.|{name} buys {seeds} {flower} seeds and sows every seed {place}.|A packet of {seeds} {flower} seeds is opened and all the seeds are sown {place}.] "
            "[After some rain, {sprout_share} of the seeds turn into plants.|Soon {sprout_share} of all the seeds have sprouted, and the others never do.|Then {sprout_share} of all these seeds come up, and the remaining ones are lost.|In the sun, {sprout_share} of all the seeds grow into plants.|{sprout_share} of these seeds grow into healthy plants, while nothing comes from the others.] "
            "[Every plant bears {flowers_each} flowers in summer.|Each of the plants opens {flowers_each} flowers in the sun.|When summer comes, every plant has {flowers_each} flowers on it.|There are {flowers_each} flowers to be seen on each of these plants.|Later, {flowers_each} flowers bloom on each plant.] "
            "[How many flowers bloom in all?|How many flowers do the plants carry altogether?|What is the total number of flowers?|How many flowers can {name} pick if every flower is picked?|Counting all the plants, how many flowers are there?|Find how many flowers {name} gets to see.]",
            "[Every {flower} plant that {name} grows {place} has {flowers_each} flowers in summer.|On each of {name}'s {flower} plants {place} there are {flowers_each} flowers.|{flowers_each} flowers can be counted on each {flower} plant that {name} has {place}.|This summer, {name}'s {flower} plants {place} bear {flowers_each} flowers each.] "
            "[The plants grew from the seeds sown in spring, of which {sprout_share} sprouted.|Each plant grew from a seed, and {sprout_share} of the seeds that {name} sowed came up.|In spring, {sprout_share} of the seeds that had been sown sprouted, giving a plant each.|Some seeds never became plants, but {sprout_share} of the seeds did.] "
            "[The packet had contained {seeds} seeds, and all of them had been sown.|Before that, {name} had sown {seeds} seeds.|At the start, {seeds} seeds had been put into the soil.|The number of seeds sown at the start was {seeds}.|{seeds} seeds had been sown in all.] "
            "[How many flowers do all these plants have together?|What is the number of all the flowers?|How many flowers are there when all the plants are in bloom?|How many flowers will {name} see in total?|Find the number of flowers on all the plants.]",
            "[How many flowers can {name} hope for {place}?|Find how many flowers will bloom {place}.|How many flowers are there {place} when all of {name}'s {flower} plants bloom?|What is the number of flowers that {name} will have {place}?|How many flowers {place} come from the seeds that {name} sows?] "
            "[{name} sows {seeds} {flower} seeds there.|The number of {flower} seeds sown there is {seeds}.|There, {seeds} {flower} seeds are put into the soil.|It all starts with {seeds} {flower} seeds, which {name} puts into the soil there.] "
            "[{sprout_share} of the seeds sprout, each giving a plant with {flowers_each} flowers.|If a seed sprouts, the plant will have {flowers_each} flowers, and {sprout_share} of the seeds do sprout.|Plants grow from {sprout_share} of the seeds, and each plant bears {flowers_each} flowers.|There are {flowers_each} flowers on each plant, and {sprout_share} of the seeds become plants.|Of the seeds, {sprout_share} grow into plants that bear {flowers_each} flowers each.]",
            "[Seeds sown {place}: {seeds} {flower} seeds.|{name} notes that {seeds} {flower} seeds were sown {place}.|A total of {seeds} {flower} seeds were sown {place} by {name} and {other}.|{seeds} is the number of {flower} seeds that {name} sowed {place}.|{other} says that {name} sowed {seeds} {flower} seeds {place}.] "
            "[Share of the seeds that sprouted: {sprout_share} of the seeds.|It turned out that {sprout_share} of all the seeds sprouted.|Plants came out of {sprout_share} of the seeds, and the others dried out.|{sprout_share} of the seeds were good and sprouted, the others were not.] "
            "[Flowers on each plant: {flowers_each}.|{flowers_each} is the number of flowers that grew on every plant.|{flowers_each} flowers covered every plant that came up.|No plant that came up had more or fewer flowers than {flowers_each}.] "
            "[How many flowers were there [altogether|in total]?|How many flowers did all the plants have together?|If {name} counted all the flowers, what was the number?|How many flowers was that for all the plants?]",
            "A bag has {seeds} {flower} seeds. {name} sows them all {place}, but only {sprout_share} of them sprout. Each plant that grows has {flowers_each} flowers. How many flowers does {name} have [in total|in the end]?",
            "{name} counts {flowers_each} flowers on every {flower} plant {place}. The plants come from {seeds} seeds, and {sprout_share} of these seeds sprouted. How many flowers are on all the plants [together|in all]?",
        ),
        distractors=("{name} lives at house number {n}.", "{name} waters the seeds {n} times.", "There are {n} trees in the street."),
    ),
)

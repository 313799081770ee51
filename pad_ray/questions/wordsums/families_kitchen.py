"""Scenario families about recipes, baking, packing boxes, filling jars and sharing cakes."""

from pad_ray.questions.wordsums.grammar import Family, Fraction, Money, Step, Whole

FAMILIES = (
    Family(
        name="recipe_scaled",
        topic="kitchen",
        numbers={"servings": Whole(2, 8), "grams": Whole(100, 1200, 20), "guests": Whole(5, 40)},
        words={
            "ingredient": ("rice", "potatoes", "lentils", "carrots", "beans", "chickpeas", "peas", "tomatoes"),
            "dish": ("stew", "soup", "salad", "casserole", "curry", "stir-fry"),
        },
        steps=(
            Step("grams_per_person", "grams / servings", "For one person {=} grams of {ingredient} are needed."),
            Step("grams_needed", "grams_per_person * guests", "So for all the guests {=} grams are needed."),
        ),
        where=lambda v: (
            v["grams_per_person"].denominator == 1
            and 20 <= v["grams_per_person"] <= 300
            and v["guests"] > v["servings"]
        ),
        phrasings=(
            "A recipe for a {dish} [uses|needs|calls for] {grams} grams of {ingredient} and feeds {servings} people. {name} [cooks|makes] it for {guests} guests. How many grams of {ingredient} does {name} need?",
            "{name} has invited {guests} people to dinner. The {dish} in the cookbook is meant for {servings} people, and {grams} grams of {ingredient} go into it. How many grams of {ingredient} are needed for all the guests?",
            "How many grams of {ingredient} must {name} [buy|get] to cook a {dish} for {guests} guests, if the recipe takes {grams} grams for {servings} people?",
            "For {servings} people, {name} [always|usually] puts {grams} grams of {ingredient} into a {dish}. [This time|Today] {guests} people are coming. How many grams of {ingredient} should {name} use if everyone gets the same amount as usual?",
            "It takes {grams} grams of {ingredient} to make enough {dish} for {servings} people. How many grams of {ingredient} does {name} need to make enough for {guests} people?",
            "The number of guests at {name}'s party is {guests}. {name} finds a recipe for a {dish} that feeds only {servings} people and uses {grams} grams of {ingredient}. How many grams of {ingredient} go into a {dish} that is [large|big] enough for all the guests?",
            "[The cookbook says that {grams} grams of {ingredient} go into a {dish} for {servings} people.|A {dish} that [feeds|serves] {servings} people contains {grams} grams of {ingredient}.|{name} has a {dish} recipe for {servings} people that lists {grams} grams of {ingredient}.|To make enough {dish} for {servings} people, [a cook|a chef] [weighs|measures] out {grams} grams of {ingredient}.|With {grams} grams of {ingredient}, a cook can make a {dish} for {servings} [diners|people].] "
            "[On Sunday, the same {dish} is to be [cooked|made] for {guests} guests.|[Tonight|This evening], {name} [wants|plans] to serve the {dish} to {guests} people, with portions of the same size.|{guests} guests are coming to {name}'s dinner, where the {dish} will be served in portions of the same size.|{name} plans to make the {dish} for a [party|group] of {guests} people.|This time, {guests} [people|guests] have to be fed with this {dish}, and no portion is to be smaller or larger than usual.] "
            "[What weight of {ingredient}, in grams, does {name} need?|How many grams must the {ingredient} for this meal weigh?|What is the number of grams of {ingredient} [needed|required] for this meal?|In grams, what quantity of {ingredient} should {name} [buy|prepare|get] for the {dish}?|Find the weight, in grams, of the {ingredient} needed for this meal.]",
            "[{name} is going to cook for {guests} people.|{name} has sent invitations to {guests} people, and all of them are coming to eat.|A [company|family|school] party with {guests} guests is planned, and {name} is the cook.|There will be {guests} guests at the table when {name} serves dinner.|{guests} [friends|neighbours|children] are going to eat at {name}'s [home|house].] "
            "[The meal is to be a {dish}, but the recipe was written for only {servings} people.|A {dish} is planned, and the [cookbook|recipe] describes it for {servings} people.|{name} chooses a {dish} whose recipe [serves|is meant for] {servings} people.|On the menu is a {dish} from a cookbook, where the amounts are given for {servings} people.|{name} [knows|remembers] how to make a {dish} for {servings} people and changes all the amounts to suit the guests.] "
            "[For that smaller number, {grams} grams of {ingredient} would be enough.|At that size, the {dish} would contain {grams} grams of {ingredient}.|{grams} grams of {ingredient} are [listed|used] for that smaller [group|number].|In a {dish} of that size there are {grams} grams of {ingredient}.|Without any change, {grams} grams of {ingredient} would go into the {dish}.] "
            "[What weight of {ingredient}, in grams, is needed for [all the guests|the whole party]?|To [serve|feed] everyone the usual portion, how many grams must the {ingredient} weigh?|If each guest gets a portion of the [usual|normal] size, what weight of {ingredient} in grams does {name} need?|What is the right amount of {ingredient} for the guests, in grams?|Find the number of grams of {ingredient} that {name} [needs|should buy] for the guests.]",
            "[What weight of {ingredient}, in grams, does {name} need [to feed {guests} people with a {dish}|for a {dish} that feeds {guests} people]?|Find the amount of {ingredient}, in grams, that [goes into|belongs in] a {dish} for {guests} people.|In grams, what amount of {ingredient} is right for {guests} people who [all want|are all given] a normal portion of {dish}?|How many grams [should|must] {name} [weigh out|buy] when a {dish} with {ingredient} is to be made for {guests} guests?|If {guests} people are coming to eat a {dish}, what weight of {ingredient}, in grams, [has to be bought|is needed]?] "
            "[The amount given in the recipe is {grams} grams of {ingredient} for {servings} people.|[A|The] cookbook gives {grams} grams of {ingredient} as the amount for {servings} people.|According to the cookbook, {servings} people need {grams} grams.|A {dish} for {servings} people is known to contain {grams} grams of {ingredient}.|{grams} grams of {ingredient} would be enough for {servings} people.|When {name} cooks for {servings} people, {grams} grams are [the right amount|exactly enough].]",
            "[Recipe card: {dish}, {servings} people, {grams} grams of {ingredient}.|{grams} is the number of grams of {ingredient} in a {dish} for {servings} people.|{servings} people can eat from a {dish} for which a total of {grams} grams of {ingredient} was used.|In a {dish} that is shared equally by {servings} people, there are {grams} grams of {ingredient}.|{name} was told that {grams} grams of {ingredient} in a {dish} are enough for {servings} people.] "
            "[Guests: {guests}. What is the weight in grams of the {ingredient} needed for all the guests?|What would be the right weight of {ingredient}, in grams, if there were {guests} guests and the portions stayed the same?|If the number of people [rises|goes up] to {guests} and the portions stay the same, what weight of {ingredient} in grams is needed?|A cook wants portions of the same size for {guests} people, so what weight of {ingredient}, in grams, has to be used?|Following the same recipe for {guests} people, what weight of {ingredient} in grams should {name} use?|Find the number of grams of {ingredient} in a {dish} with portions of the same size for {guests} people.]",
            "The recipe for a {dish} is for {servings} people and takes {grams} grams of {ingredient}. How many grams of {ingredient} does {name} use for {guests} people?",
            "{name} cooks a {dish} for {guests} guests. For {servings} people, the recipe needs {grams} grams of {ingredient}. How many grams of {ingredient} are needed for the guests?",
        ),
        distractors=(
            "The kitchen clock is {n} years old.",
            "The cookbook has {n} other recipes.",
            "The kitchen has {n} plates.",
        ),
    ),
    Family(
        name="baked_eaten_sold",
        topic="kitchen",
        numbers={
            "trays": Whole(3, 12),
            "per_tray": Whole(6, 24, 2),
            "eaten_part": Fraction(("half", "one third", "one quarter", "one fifth", "one sixth", "1/8", "1/10")),
            "sold_part": Fraction(
                ("half", "one third", "two thirds", "one quarter", "three quarters", "two fifths", "3/8")
            ),
        },
        words={"treat": ("muffins", "rolls", "cookies", "pretzels", "scones", "tarts", "brownies", "doughnuts")},
        steps=(
            Step("baked", "trays * per_tray", "On the trays there are {=} {treat}."),
            Step("eaten", "baked * eaten_part", "Of these {=} are eaten."),
            Step("remaining", "baked - eaten", "Then {=} {treat} remain."),
            Step("sold", "remaining * sold_part", "Of the rest {=} are sold."),
            Step("left_over", "remaining - sold", "So {=} {treat} are left."),
        ),
        where=lambda v: (
            v["eaten"].denominator == 1
            and v["sold"].denominator == 1
            and min(v["eaten"], v["sold"], v["left_over"]) >= 2
        ),
        phrasings=(
            "{name} bakes {trays} trays of {treat} with {per_tray} on each tray. The family eats {eaten_part} of the {treat}. Then {name} sells {sold_part} of the rest. How many {treat} are left?",
            "[For|Before] the school fair, {name} fills {trays} trays with {treat}, {per_tray} to a tray. [Hungry children|The helpers] eat {eaten_part} of them. After that, {name} manages to sell {sold_part} of the remaining {treat}. How many {treat} does {name} still have?",
            "How many {treat} remain if {name} bakes {trays} trays of {per_tray} {treat} each, {eaten_part} of them are eaten and then {sold_part} of the remaining ones are sold?",
            "There are {per_tray} {treat} on each tray, and {name} takes {trays} trays out of the oven. Friends come by and eat {eaten_part} of all the {treat}. [Later|In the afternoon], {name} sells {sold_part} of what remains. How many {treat} are neither eaten nor sold?",
            "A [baker|cook] called {name} makes {treat}. On each of {trays} trays there is room for {per_tray}, and all the trays are full. In the morning, guests eat {eaten_part} of the {treat}. In the afternoon, customers buy {sold_part} of those that are left. How many {treat} are there in the evening?",
            "Of the {treat} that {name} baked, {eaten_part} were eaten at once, and {sold_part} of the remaining ones were sold. {name} had baked {trays} trays with {per_tray} {treat} on each. How many {treat} were left over?",
            "[{name} filled {trays} trays with {treat} and put {per_tray} on every tray.|[This morning|On Saturday], {trays} trays of {treat} came out of {name}'s oven, and every tray held {per_tray}.|There were {trays} trays in the oven, and on every tray {name} baked {per_tray} {treat}.|{name}, a baker, made {treat} on {trays} trays, {per_tray} to each tray.|A long day of baking gave {name} {trays} trays of {treat}, with {per_tray} pieces on every tray.] "
            "[First, {eaten_part} of the {treat} were eaten [by the family|by friends].|[Hungry visitors|The children|Some friends] ate {eaten_part} of everything that had been baked.|Then {eaten_part} of all these {treat} disappeared into hungry [mouths|stomachs].|{name}'s family [soon|quickly] ate {eaten_part} of them all.|Before the sale [began|opened], {eaten_part} of all the baked {treat} had been eaten.] "
            "[Of those that were left, {sold_part} were sold [at the market|to customers].|Customers [bought|took home] {sold_part} of the {treat} that had not been eaten.|After that, {name} sold {sold_part} of those that still remained.|At the fair, {name} was able to sell {sold_part} of what remained.|[Neighbours|Shoppers] then paid for {sold_part} of the uneaten {treat}.] "
            "[How many {treat} remained [after that|in the end|at the end of the day]?|How many of the {treat} were [still there|left] at the end?|How many {treat} were neither eaten nor sold?|What was the number of {treat} that [were left over|{name} still had]?|Find the number of {treat} that nobody ate or bought.]",
            "[At the [market|fair], {name} sold {sold_part} of the {treat} that had not been eaten before.|In the afternoon, customers bought {sold_part} of {name}'s {treat} that nobody had eaten earlier.|{sold_part} of those {treat} that were not eaten were sold by {name}.|After part of the {treat} had been eaten, {name} sold {sold_part} of the others.|The last thing {name} did was to sell {sold_part} of the uneaten {treat}.] "
            "[Before that, [guests|friends|the family] had eaten {eaten_part} of the whole batch.|Earlier, {eaten_part} of everything {name} baked had been eaten.|The part eaten earlier was {eaten_part} of the [full|whole] batch.|Those eaten beforehand made up {eaten_part} of all that {name} had baked.|Hungry [children|helpers] had already eaten {eaten_part} of everything that came out of the oven.] "
            "[The batch had been baked on {trays} trays with room for {per_tray} on each, and every tray was full.|At the beginning, {trays} trays had come out of the oven with {per_tray} on each of them.|In all, {name} had baked {trays} trays, and each of these held {per_tray} {treat}.|It all began with {per_tray} {treat} on every tray and {trays} trays [altogether|in all].|Originally, every tray held {per_tray} {treat}, and there were {trays} such trays.] "
            "[How many {treat} did {name} [still have|have left] [in the end|when the day was over]?|What number of {treat} [remained|was left over]?|How many of the {treat} were neither sold nor eaten?|After all this, how many {treat} [remained|were still there]?|Find how many {treat} remained unsold and uneaten.]",
            "[How many {treat} [remain|stay unsold and uneaten] in {name}'s [bakery|kitchen]?|Find the number of {treat} that {name} has left at the end of the day.|How many of {name}'s {treat} are neither eaten nor sold, given the following facts?|How many {treat} are there on {name}'s trays after some are eaten and others are sold?|When the day is over, how many {treat} has {name} got left?] "
            "[There are {trays} trays at first, each with {per_tray} on it.|{name} bakes {per_tray} {treat} on every tray and has {trays} trays like this.|At the start, {name} takes {trays} trays out of the oven and counts {per_tray} {treat} on every tray.|The {treat} are baked on {trays} trays, {per_tray} to a tray.|Every tray carries {per_tray} {treat}, and the number of trays is {trays}.] "
            "[Of all that is baked, {eaten_part} is eaten by [friends|the family].|[The children|Some friends|The helpers] eat {eaten_part} of everything.|{eaten_part} of the whole batch is eaten [right away|while still warm].|A group of [hungry children|visitors] eats {eaten_part} of them all.|First, people at home eat {eaten_part} of what was baked.] "
            "[{name} then sells {sold_part} of what is not eaten.|{sold_part} of those still on the trays are then bought by [neighbours|customers].|After that, {sold_part} of those not eaten [are|get] sold.|A [restaurant|shop] then buys {sold_part} of those that remain.|Of those still there, {sold_part} are sold [later|afterwards].]",
            "[{trays} trays, {per_tray} {treat} on every tray: that is what {name} has baked.|The trays baked by {name} number {trays}, and {per_tray} is the number of {treat} on each.|A total of {trays} trays is baked by {name}, every tray holding {per_tray} {treat}.|{name} says that {trays} trays were in the oven and that {per_tray} {treat} were on each.|Baked by {name}: {trays} trays of {per_tray} {treat} each.] "
            "[First {eaten_part} of all these are eaten by the family, and then customers buy {sold_part} of those not eaten.|Eaten: {eaten_part} of the batch; sold: {sold_part} of what is left after that.|{eaten_part} of the batch [gets|is] eaten, and customers buy {sold_part} of the uneaten {treat}.|The family, which eats {eaten_part} of the batch, leaves the others to {name}, who sells {sold_part} of these.|After guests have eaten {eaten_part} of the batch, there is a sale at which {sold_part} of the uneaten {treat} go to buyers.] "
            "[What is the number of {treat} that are still there?|How many {treat} remain when the sale is over?|How many of the {treat} are still [there|unsold and uneaten]?|Find the number of {treat} that [stay|remain] on the trays.|If nothing else happens, how many {treat} remain?]",
            "{name} has {trays} trays, each with {per_tray} {treat}. Friends eat {eaten_part} of all the {treat}, and {sold_part} of the rest are sold. How many {treat} does {name} still have?",
            "At the school fair, guests eat {eaten_part} of the {treat} that {name} baked. Then {name} sells {sold_part} of the remaining {treat}. If there were {trays} trays with {per_tray} {treat} on each tray, how many {treat} are left?",
        ),
        distractors=(
            "Each tray stays in the oven for {n} minutes.",
            "The oven is {n} months old.",
            "{name} also washes {n} plates.",
        ),
    ),
    Family(
        name="boxes_and_rest",
        topic="kitchen",
        numbers={
            "trays": Whole(3, 10),
            "per_tray": Whole(8, 24),
            "boxes": Whole(3, 12),
            "per_box": Whole(6, 16),
            "helpers": Whole(2, 6),
        },
        words={"treat": ("cookies", "truffles", "muffins", "biscuits", "cupcakes", "waffles", "pastries", "macarons")},
        steps=(
            Step("made", "trays * per_tray", "There are {=} {treat} in all."),
            Step("packed", "boxes * per_box", "The boxes hold {=} {treat}."),
            Step("rest", "made - packed", "Then {=} {treat} are left over."),
            Step("per_helper", "rest / helpers", "So each helper gets {=} {treat}."),
        ),
        where=lambda v: v["per_helper"].denominator == 1 and 2 <= v["per_helper"] <= 12,
        phrasings=(
            "{name} bakes {trays} trays of {treat}, with {per_tray} on each tray. {name} [packs|puts] {per_box} {treat} into each of {boxes} boxes and shares the rest equally among {helpers} helpers. How many {treat} does each helper get?",
            "A bakery fills {boxes} boxes with {per_box} {treat} each. The {treat} come from {trays} trays that held {per_tray} each. Those left over are divided equally among the {helpers} helpers. How many {treat} does each helper [receive|get]?",
            "How many {treat} does each of {helpers} helpers get if {trays} trays of {per_tray} {treat} each are baked, {boxes} boxes are filled with {per_box} each, and the helpers share the rest equally?",
            "{helpers} helpers [work|bake] with {name} in the kitchen. Together they make {trays} trays of {treat}, {per_tray} to a tray. There are {boxes} boxes to fill, and {per_box} {treat} go into each one. The helpers may share what is left over equally. How many {treat} does one helper take home?",
            "Each box holds {per_box} {treat}, and {name} has to fill {boxes} boxes. From the oven come {trays} trays, every one with {per_tray} {treat} on it. After the boxes are full, the remaining {treat} are given to {helpers} helpers, the same number to each. How many {treat} does each helper get?",
            "With {per_tray} {treat} on each of {trays} trays, {name} starts packing. When {boxes} boxes with {per_box} {treat} in each are [done|ready|packed], the rest is split equally between {helpers} helpers. How many {treat} does every helper get?",
            "[{name} bakes {per_tray} {treat} on every tray and fills {trays} trays [like this|in all].|Out of the oven come {trays} trays, and {name} counts {per_tray} {treat} on each of them.|[In a bakery|In the school kitchen], {trays} trays are filled with {treat}, {per_tray} to a tray.|{name} has {trays} trays on the table, and on every tray there are {per_tray} {treat}.|The oven gives {name} {trays} trays of {treat}, and every tray has {per_tray} of them.] "
            "[{boxes} boxes are then packed with {per_box} {treat} each.|Of these {treat}, {name} packs {per_box} into every box and fills {boxes} boxes.|Customers have ordered {boxes} boxes, each holding {per_box} {treat}, and {name} packs them all.|Next, {name} fills {boxes} boxes so that each [contains|has] {per_box} {treat}.|There are {boxes} boxes to be filled, and every box takes {per_box} {treat}.] "
            "[The {treat} that do not go into boxes are for {helpers} helpers, who divide them equally.|{helpers} helpers [get|receive] equal shares of what is left.|What is left is handed out fairly to {helpers} helpers, all of whom get the same number.|[As a thank-you|As a reward], {helpers} helpers [split|share] the leftover {treat} evenly.|For {helpers} helpers, {name} divides those left over into equal shares.] "
            "[How many {treat} are there for each helper?|How many {treat} can every helper take home?|What is the number of {treat} that each helper gets?|Each helper gets how many {treat}?|How many {treat} will a helper get?|Find the number of {treat} in each helper's share.]",
            "[In the end, {helpers} helpers divided all the leftover {treat} equally among themselves.|{helpers} helpers were thanked with the {treat} that did not go into boxes, and all of them got the same number.|The {treat} that {name} had not packed were split evenly [between|among] {helpers} helpers.|After the packing was done, {name} gave away all the leftover {treat} in equal shares to {helpers} helpers.|When the boxes were full, {helpers} helpers were allowed to share all the leftover {treat} fairly.] "
            "[Before that, {boxes} boxes had been filled, with {per_box} {treat} in every box.|Earlier, {name} had packed {per_box} {treat} in every box, and there were {boxes} boxes.|The boxes, {boxes} in number, had [taken|used up] {per_box} {treat} each.|For the shop, {boxes} boxes had been packed so that {per_box} {treat} were in each.|By then, {name} had closed {boxes} boxes of {per_box} {treat} each.] "
            "[All the {treat} had come from {trays} trays, each of which held {per_tray}.|At the very beginning, {name} had baked {trays} trays of {per_tray} {treat} each.|It had all started with {trays} full trays, and {per_tray} {treat} lay on every tray.|In the morning, {per_tray} {treat} had been baked on every tray, and {trays} trays had been used.|The oven had turned out {trays} trays that day, and each had {per_tray} {treat} on it.] "
            "[How many {treat} did each helper [get|receive]?|How many {treat} were in each helper's share?|What was the number of {treat} each helper [took|carried] home?|How many {treat} went to each helper?|Find how many {treat} were given to each helper.]",
            "[How many leftover {treat} does {name} give to each of {helpers} helpers if all the leftovers are handed out in equal shares?|Find how many {treat} each of {helpers} helpers [gets|receives] when they share the leftovers equally.|How many {treat} are in each share when {helpers} helpers divide the leftovers equally?|If {helpers} helpers evenly split what {name} does not pack, how many {treat} are there for each helper?|What number of {treat} goes to each helper if the unpacked ones are split evenly [among|between] {helpers} helpers?] "
            "[The baking fills {trays} trays, and {per_tray} {treat} lie on each.|At first, {name} has {per_tray} {treat} on every tray, and there are {trays} trays.|{name} makes {trays} trays of {treat}, and every tray holds {per_tray}.|There are {trays} trays with {per_tray} on each at the start.|From the oven, {name} takes {trays} trays that hold {per_tray} {treat} each.] "
            "[{per_box} {treat} are packed into every box, and {boxes} boxes are filled [like this|in this way].|{name} packs {boxes} boxes and puts {per_box} in each.|An order for {boxes} boxes, each with {per_box} {treat}, is packed first.|{boxes} boxes have to be filled first, and {per_box} {treat} go into each.|Before the helpers get anything, {name} fills {boxes} boxes with {per_box} {treat} each.]",
            "[{name}'s notes: {trays} trays baked, {per_tray} {treat} on every tray; {boxes} boxes packed, {per_box} {treat} in every box.|A total of {trays} trays, each carrying {per_tray} {treat}, is baked by {name}, and from these {boxes} boxes are packed, each containing {per_box}.|{per_tray} is the number of {treat} on each of {name}'s {trays} trays, and {per_box} is the number packed into each of {boxes} boxes.|{name} reports that {trays} trays of {per_tray} {treat} were baked and that {boxes} boxes of {per_box} {treat} were packed from them.|From {trays} trays that each hold {per_tray} {treat}, {boxes} boxes are filled by {name} with {per_box} {treat} apiece.] "
            "[The leftovers go in equal parts to the {helpers} people who helped. How many {treat} are there for each of these people?|If the {treat} left over are divided equally by {helpers} helpers, how many are there for each helper?|{helpers} helpers get all that is left, in equal shares. How many {treat} are in each helper's share?|How many {treat} will each helper have if {helpers} helpers split the unpacked {treat} evenly?|The unpacked {treat} are shared fairly: {helpers} helpers, equal numbers. Find how many {treat} go to each helper.|When {helpers} helpers take equal shares of the leftover {treat}, what number of {treat} does each take?]",
            "{name} takes {trays} trays with {per_tray} {treat} each out of the oven. The {treat} go into {boxes} boxes, {per_box} into each box. The rest is shared equally among {helpers} helpers. How many {treat} does one helper get?",
            "There are {boxes} boxes, and {name} puts {per_box} {treat} into each one. Before that, there were {trays} trays with {per_tray} {treat} on each tray. How many {treat} does each of the {helpers} helpers get if they share the {treat} that are left over equally?",
        ),
        distractors=(
            "Baking takes {n} minutes.",
            "A shop across the road sells {n} kinds of bread.",
            "The recipe is {n} years old.",
        ),
    ),
    Family(
        name="flour_in_grams",
        topic="kitchen",
        numbers={
            "bags": Whole(2, 6),
            "kilos_per_bag": Whole(2, 5),
            "first_count": Whole(3, 14),
            "first_grams": Whole(300, 700, 50),
            "second_count": Whole(2, 9),
            "second_grams": Whole(150, 450, 50),
        },
        words={
            "flour": ("flour", "rye flour", "spelt flour", "wheat flour", "corn flour", "rice flour"),
            "first_bake": ("loaves", "pizzas", "flatbreads", "baguettes", "braided breads", "round breads"),
            "second_bake": ("cakes", "tarts", "pies", "quiches", "puddings", "sponges"),
        },
        steps=(
            Step("kilos", "bags * kilos_per_bag", "The bags hold {=} kilograms."),
            Step("grams", "kilos * 1000", "In grams that is {=}."),
            Step("first_used", "first_count * first_grams", "The {first_bake} take {=} grams."),
            Step("second_used", "second_count * second_grams", "The {second_bake} take {=} grams."),
            Step("used", "first_used + second_used", "Together that is {=} grams."),
            Step("grams_left", "grams - used", "So {=} grams are left."),
        ),
        where=lambda v: v["grams_left"] >= 100 and v["used"] * 4 > v["grams"],
        phrasings=(
            "{name} has {bags} bags of {flour} with {kilos_per_bag} kilograms in each. {name} bakes {first_count} {first_bake} that need {first_grams} grams each and {second_count} {second_bake} that need {second_grams} grams each. How many grams of {flour} are left?",
            "For {first_count} {first_bake}, {name} [uses|takes] {first_grams} grams of {flour} each. For {second_count} {second_bake}, {name} [uses|takes] {second_grams} grams each. In the [pantry|kitchen|cupboard] there were {bags} bags of {flour}, and each bag held {kilos_per_bag} kilograms. How many grams of {flour} remain?",
            "How many grams of {flour} does {name} have left from {bags} bags of {kilos_per_bag} kilograms each after making {second_count} {second_bake} with {second_grams} grams each and {first_count} {first_bake} with {first_grams} grams each?",
            "Each of the {first_bake} takes {first_grams} grams of {flour}, and each of the {second_bake} takes {second_grams} grams. A bakery makes {first_count} {first_bake} and {second_count} {second_bake}. It [starts|begins the day] with {bags} bags, and every bag weighs {kilos_per_bag} kilograms. How many grams of {flour} are not used?",
            "{name} buys {flour} in bags of {kilos_per_bag} kilograms, and gets {bags} bags. On Monday, {name} makes {second_count} {second_bake}, each with {second_grams} grams of it. On Tuesday come {first_count} {first_bake}, each with {first_grams} grams. What amount of {flour}, in grams, is left?",
            "A bag of {flour} [weighs|holds] {kilos_per_bag} kilograms. {name} opens {bags} of these bags. The dough for {first_count} {first_bake} needs {first_grams} grams apiece, and the dough for {second_count} {second_bake} needs {second_grams} grams apiece. How much {flour} is left over, in grams?",
            "[In {name}'s [pantry|cupboard] there are {bags} bags of {flour}, each weighing {kilos_per_bag} kilograms.|{name} buys {bags} bags of {flour} that weigh {kilos_per_bag} kilograms each.|A [bakery|school kitchen] receives {bags} bags of {flour}, and every bag contains {kilos_per_bag} kilograms.|{bags} bags of {flour} stand on {name}'s shelf, {kilos_per_bag} kilograms to a bag.|At first there are {bags} full bags of {flour}, and each full bag weighs {kilos_per_bag} kilograms.] "
            "[First, {first_count} {first_bake} are baked with {first_grams} grams of {flour} apiece.|{first_grams} grams go into each of {first_count} {first_bake} that {name} bakes.|{name} makes {first_count} {first_bake} with {first_grams} grams of {flour} in each.|{name} begins with {first_count} {first_bake} and weighs out {first_grams} grams of {flour} for each.|On Monday, {name} makes {first_count} {first_bake}, and each of them takes {first_grams} grams.] "
            "[Then {second_count} {second_bake} are made, and each takes {second_grams} grams.|After that, {name} bakes {second_count} {second_bake} and uses {second_grams} grams of {flour} for each.|For {second_count} {second_bake}, another {second_grams} grams [each|apiece] are taken from the bags.|{second_count} {second_bake} come next, each made with {second_grams} grams of the {flour}.|Later, {second_grams} grams are used for each of {second_count} {second_bake}.] "
            "[How much {flour}, in grams, is left?|How many grams are still in the bags?|What weight of {flour}, in grams, [remains|is left over]?|What is the number of grams of {flour} that are not used?|At the end, how much of the {flour} is left, in grams?|Find how many grams remain in the bags.]",
            "[{name} used {second_grams} grams of {flour} for each of {second_count} {second_bake}.|{second_count} {second_bake} were baked in {name}'s kitchen, and {second_grams} grams of {flour} went into each of them.|For each of the {second_count} {second_bake} on the table, {name} had weighed out {second_grams} grams of {flour}.|The last things {name} baked were {second_count} {second_bake}, each with {second_grams} grams of {flour} in it.|At the end of a baking day, {name} made {second_count} {second_bake} that took {second_grams} grams of {flour} each.] "
            "[Before that, {name} had already baked {first_count} {first_bake} with {first_grams} grams each.|Earlier, {first_count} {first_bake} had been made, and {first_grams} grams had been needed for each.|{first_grams} grams had gone into each of {first_count} {first_bake} earlier.|There were also {first_count} {first_bake}, baked earlier from {first_grams} grams each.|Even earlier, {name} had taken {first_grams} grams apiece for {first_count} {first_bake}.] "
            "[At the start of the day, there had been {bags} full bags, each containing {kilos_per_bag} kilograms.|All the {flour} came from {bags} bags, which had weighed {kilos_per_bag} kilograms each when they were full.|In the beginning, every bag of {flour} weighed {kilos_per_bag} kilograms, and {name} had {bags} such bags.|A full bag weighed {kilos_per_bag} kilograms, and at first there were {bags} full bags.|The {flour} was taken from a supply of {bags} bags with {kilos_per_bag} kilograms to a bag.] "
            "[How many grams [remained|were left|were not used]?|How much {flour}, in grams, did {name} have left?|After all this baking, what weight of {flour} was left, in grams?|What was the remaining weight of {flour} in grams?|Find what weight of {flour}, in grams, {name} had left over.]",
            "[How much {flour}, in grams, is left of {name}'s {bags} bags with {kilos_per_bag} kilograms in each after a day of baking?|Find how many grams are left over when {name} starts with {bags} bags of {flour} of which each weighs {kilos_per_bag} kilograms.|If {name} opens {bags} bags of {flour}, each weighing {kilos_per_bag} kilograms, how many grams remain after the baking?|What weight of {flour}, in grams, will {name} have left when the baking starts with {bags} bags and {kilos_per_bag} kilograms are in each?|Given that each of {name}'s {bags} bags of {flour} contains {kilos_per_bag} kilograms, how many grams are not used in the baking?] "
            "[{first_count} {first_bake} are baked, and {first_grams} grams are used for each.|For {first_count} {first_bake}, {name} takes {first_grams} grams apiece.|Each of the {first_bake} gets {first_grams} grams, and there are {first_count} of these.|{name} makes {first_count} {first_bake}, which need {first_grams} grams each.|The recipe for the {first_bake} asks for {first_grams} grams apiece, and {name} makes {first_count} of them.] "
            "[{second_count} {second_bake}, each made from {second_grams} grams, are baked too.|In addition, {second_grams} grams go into each of {second_count} {second_bake}.|{name} also makes {second_count} {second_bake} that need {second_grams} grams each.|Besides, {name} bakes {second_count} {second_bake} and puts {second_grams} grams into each.|{second_grams} grams are also used for each of {second_count} {second_bake} baked on the same day.]",
            "[Supply: {bags} bags of {flour}, {kilos_per_bag} kilograms each.|{bags} is the number of bags of {flour} on the shelf, and {kilos_per_bag} is the number of kilograms in each.|{name} says that {bags} bags of {flour} were delivered, each of them weighing {kilos_per_bag} kilograms.|With {kilos_per_bag} kilograms in every bag, a total of {bags} bags of {flour} stands ready for {name}.|A delivery of {bags} bags, each filled with {kilos_per_bag} kilograms of {flour}, reaches {name}'s kitchen.] "
            "[{name} bakes {first_count} {first_bake}, which take {first_grams} grams each, as well as {second_count} {second_bake}, which take {second_grams} grams apiece.|Used by {name}: {first_grams} grams for each of {first_count} {first_bake}, {second_grams} grams for each of {second_count} {second_bake}.|While each of {first_count} {first_bake} is made with {first_grams} grams, {second_grams} grams are used in each of {second_count} {second_bake}.|Baked in the kitchen are {second_count} {second_bake}, for which {second_grams} grams apiece are used, and {first_count} {first_bake}, for which it is {first_grams} grams apiece.|It takes {first_grams} grams to bake each of {first_count} {first_bake} and {second_grams} grams to bake each of {second_count} {second_bake}, and all of these are baked.] "
            "[How much is left of the {flour}, in grams?|How many grams of the {flour} does {name} not use?|When everything is baked, what weight of {flour} in grams remains?|How many grams of the {flour} can be put back on the shelf?|Find the weight of the remaining {flour} in grams.]",
            "{name} makes {second_count} {second_bake} and {first_count} {first_bake}. Each of the {second_bake} needs {second_grams} grams of {flour}, and each of the {first_bake} needs {first_grams} grams. {name} had {bags} bags of {kilos_per_bag} kilograms each. How many grams of {flour} are left?",
            "There are {kilos_per_bag} kilograms of {flour} in each bag, and {name} has {bags} bags. {first_count} {first_bake} are made with {first_grams} grams each, and {second_count} {second_bake} with {second_grams} grams each. How many grams of {flour} remain at the end?",
        ),
        distractors=(
            "The oven needs {n} minutes to get hot.",
            "The kitchen shelf is {n} years old.",
            "The dough rests for {n} minutes.",
        ),
    ),
    Family(
        name="jars_from_litres",
        topic="kitchen",
        numbers={
            "pots": Whole(2, 6),
            "litres_per_pot": Whole(2, 8),
            "kept": Whole(200, 1500, 50),
            "jar_size": Whole(200, 500, 50),
            "jar_price": Money(2, 8, cents=True),
        },
        words={
            "food": (
                "tomato sauce",
                "plum jam",
                "apple sauce",
                "vegetable soup",
                "chutney",
                "syrup",
                "pumpkin soup",
                "honey mustard",
            )
        },
        steps=(
            Step("litres", "pots * litres_per_pot", "The pots hold {=} litres."),
            Step("millilitres", "litres * 1000", "In millilitres that is {=}."),
            Step("to_fill", "millilitres - kept", "Into the jars go {=} millilitres."),
            Step("jars", "to_fill / jar_size", "That fills {=} jars."),
            Step("income", "jars * jar_price", "So the jars bring in {=} dollars."),
        ),
        where=lambda v: v["jars"].denominator == 1 and v["jars"] >= 5,
        phrasings=(
            "{name} cooks {pots} pots of {food} with {litres_per_pot} litres in each. {name} keeps {kept} millilitres [for dinner|for the family] and fills the rest into jars of {jar_size} millilitres. The jars are sold for {jar_price} each. How much money do all the jars bring in?",
            "Jars of {food} sell for {jar_price} each at the market. Each jar holds {jar_size} millilitres. {name} makes {pots} pots of {litres_per_pot} litres each, and after {kept} millilitres are [eaten|spilled], the rest goes into jars. How many dollars does {name} get if every jar is sold?",
            "How many dollars does {name} earn by filling {pots} pots of {food}, with {litres_per_pot} litres in each pot, into jars of {jar_size} millilitres and selling them all at {jar_price} a jar, if {kept} millilitres are kept back first?",
            "There are {litres_per_pot} litres of {food} in each of {name}'s {pots} pots. [Friends|Guests|The neighbours] eat {kept} millilitres of it. What remains is put into jars, {jar_size} millilitres in each, and all the jars are sold. One jar costs {jar_price}. How much money does {name} take in?",
            "In the kitchen, {kept} millilitres of {food} are [spilled|used up] before {name} can fill the jars. At first there were {pots} full pots, each with {litres_per_pot} litres. With {jar_size} millilitres in every jar and a price of {jar_price} per jar, how many dollars are all the jars worth?",
            "A jar holds {jar_size} millilitres and sells for {jar_price}. {name} has cooked {food} in {pots} pots, {litres_per_pot} litres in each pot. {name} sets {kept} millilitres aside and fills jars with [everything else|all the rest]. How many dollars do the full jars bring in when all are sold?",
            "[[On the stove|In the kitchen] there are {pots} pots of {food}, and every pot contains {litres_per_pot} litres.|{name} spends a day cooking {food} and gets {pots} full pots of {litres_per_pot} litres each.|{pots} pots of {food} have been cooked by {name}, and there are {litres_per_pot} litres in every pot.|In each of {pots} pots, {name} cooks {litres_per_pot} litres of {food}.|Each of {name}'s {pots} pots contains {litres_per_pot} litres of {food}.] "
            "[{kept} millilitres are [set aside|kept back] for [lunch|the family].|First, [{name}'s family|a group of friends] eats {kept} millilitres of the {food}.|{name} puts {kept} millilitres of the {food} in the fridge [for later|for the family].|Of this, {kept} millilitres are not for sale.|A bowl with {kept} millilitres of the {food} [stays|is left] in {name}'s kitchen.] "
            "[Everything else is filled into jars that hold {jar_size} millilitres each.|{name} pours all the rest into jars, with {jar_size} millilitres in every jar.|Then {name} fills jars of {jar_size} millilitres with everything that remains.|All the rest goes into jars, and every jar takes {jar_size} millilitres.|What remains is divided between jars of {jar_size} millilitres.] "
            "[At the market, {name} sells every jar at a price of {jar_price}.|The price of a jar is {jar_price}, and all the jars are sold.|A shop pays {name} {jar_price} for each jar and takes them all.|Customers pay {jar_price} a jar and buy all of them.|All the jars are sold, each at {jar_price}.] "
            "[How many dollars does {name} earn?|How much money do the jars bring in?|What is the total income from the jars in dollars?|How many dollars does {name} take in [altogether|in total]?|What sum of money, in dollars, do the jars bring in?|Find the total amount of money that {name} gets for the jars.]",
            "[At the [market|fair], customers paid {jar_price} for each jar of {food}, and none of {name}'s jars was left.|{name} sold all the jars of {food} on the market table at {jar_price} apiece.|Every jar of {food} in {name}'s shop was sold for {jar_price}.|{jar_price} was the price of a jar of {food}, and {name} sold all the jars.|A shop bought all of {name}'s jars of {food} and paid {jar_price} for each.] "
            "[{jar_size} millilitres were in every jar.|{name} had filled {jar_size} millilitres into every jar.|Each of the jars held {jar_size} millilitres.|The jars were all of the same size and contained {jar_size} millilitres each.|It had taken {jar_size} millilitres to fill a jar.] "
            "[The {food} had been cooked in {pots} pots, and there had been {litres_per_pot} litres in every pot.|Before that, {name} had cooked {pots} pots, and every pot had held {litres_per_pot} litres.|All the {food} had come from {pots} pots that held {litres_per_pot} litres each.|To get that far, {name} had cooked {litres_per_pot} litres in each of {pots} pots.|Earlier in the week, {litres_per_pot} litres of {food} had been cooked in every pot, and there had been {pots} pots.] "
            "[Before the jars were filled with all the rest, {kept} millilitres had been [eaten|spilled|given away].|The whole amount except {kept} millilitres went into the jars.|Only {kept} millilitres of the {food} did not go into jars.|{name}'s family had eaten {kept} millilitres first, and everything else had gone into jars.|{kept} millilitres were kept back for a meal, while everything else was used for the jars.] "
            "[How many dollars did {name} [earn|take in]?|How much money did the jars bring in [altogether|overall]?|What was {name}'s total income in dollars?|How many dollars were paid for all the jars together?|Find how much money {name} got for the jars.]",
            "[How many dollars does {name} earn by selling jars of {food} at {jar_price} each?|Find how many dollars {name} gets when all the jars of {food} are sold at {jar_price} a jar.|What sum of money does {name} take in if every jar of {food} brings {jar_price}?|If customers pay {jar_price} for a jar and buy all the jars of {food}, how much money is paid to {name}?|How much money do {name}'s jars of {food} bring in, given a price of {jar_price} for each jar?] "
            "[The {food} is cooked in {pots} pots, and every pot is filled with {litres_per_pot} litres.|There are {pots} pots at first, and {litres_per_pot} litres are in every pot.|To begin with, {name} cooks {pots} pots of {litres_per_pot} litres each.|{litres_per_pot} litres are cooked in each of {pots} pots.|{name} uses {pots} pots for cooking and makes {litres_per_pot} litres in every pot.] "
            "[[The family eats|Guests eat|{name} keeps] {kept} millilitres, and all the rest is put into jars that hold {jar_size} millilitres.|Except for {kept} millilitres, which are [eaten|spilled], everything is filled into jars, {jar_size} millilitres to a jar.|After {kept} millilitres have been [eaten|set aside], {name} fills jars with {jar_size} millilitres each until nothing is left.|{kept} millilitres stay in the kitchen, while every {jar_size} millilitres of what remains fill a jar.|Every jar is filled with {jar_size} millilitres, but {kept} millilitres of the {food} do not go into jars at all.]",
            "[{pots} pots of {food}, {litres_per_pot} litres in every pot: this is what {name} has cooked.|{litres_per_pot} is the number of litres in each of {name}'s {pots} pots of {food}.|A total of {pots} pots of {food} was cooked by {name}, every pot containing {litres_per_pot} litres.|{name} reports that {pots} pots were filled with {food} and that each of them contained {litres_per_pot} litres.|Cooked by {name}: {food}, {pots} pots, {litres_per_pot} litres a pot.] "
            "[Kept back: {kept} millilitres; size of a jar: {jar_size} millilitres; everything not kept back goes into jars.|The {kept} millilitres that were eaten are not in the jars, but all the rest is, {jar_size} millilitres to every jar.|All the {food} was put in jars of {jar_size} millilitres, apart from {kept} millilitres that were [spilled|eaten].|Jars that hold {jar_size} millilitres apiece were filled with everything that remained after a meal had used up {kept} millilitres.|The jars, with {jar_size} millilitres in each, took up everything but the {kept} millilitres that {name} had given away.] "
            "[If {jar_price} is paid for every jar, how many dollars do the jars bring in [altogether|overall]?|All the jars are sold at {jar_price} each. How much money is earned?|What is the value of all the jars in dollars if each is worth {jar_price}?|Price of a jar: {jar_price}. How many dollars does {name} earn when all the jars are sold?|At {jar_price} a jar, how much is paid for all the jars together?|Find the amount of money that {name} takes in when all the jars are sold at {jar_price} apiece.]",
            "{name} has {pots} pots with {litres_per_pot} litres of {food} in each pot. After {kept} millilitres are eaten, {name} fills the rest into jars. Each jar holds {jar_size} millilitres and is sold for {jar_price}. How many dollars do all the jars bring in?",
            "{name} fills {food} into jars of {jar_size} millilitres and sells every jar for {jar_price}. The {food} comes from {pots} pots, each with {litres_per_pot} litres, but {kept} millilitres are kept for dinner first. How much money does {name} get for all the jars?",
        ),
        distractors=(
            "The pots stay on the stove for {n} minutes.",
            "{name} finds {n} old labels in a drawer.",
            "The recipe is {n} years old.",
        ),
    ),
    Family(
        name="cake_slices_shared",
        topic="kitchen",
        numbers={
            "cakes": Whole(2, 9),
            "slices_per_cake": Whole(6, 16, 2),
            "kept": Whole(2, 14),
            "guests": Whole(5, 30),
        },
        words={
            "cake": (
                "chocolate cakes",
                "carrot cakes",
                "cheesecakes",
                "lemon cakes",
                "apple pies",
                "cherry tarts",
                "nut cakes",
            )
        },
        steps=(
            Step("slices", "cakes * slices_per_cake", "There are {=} slices."),
            Step("to_share", "slices - kept", "Of these {=} slices are for the guests."),
            Step("per_guest", "to_share / guests", "So each guest gets {=} slices."),
        ),
        where=lambda v: v["per_guest"].denominator == 1 and 2 <= v["per_guest"] <= 8,
        phrasings=(
            "{name} bakes {cakes} {cake} and cuts each into {slices_per_cake} slices. {name} [keeps|puts aside|saves] {kept} slices for [the next day|tomorrow] and shares the others equally among {guests} guests. How many slices does each guest get?",
            "At a party there are {guests} guests and {cakes} {cake}. Every one is cut into {slices_per_cake} slices. [The children drop {kept} slices|{kept} slices fall on the floor], and the guests share the rest equally. How many slices are there for each guest?",
            "How many slices does each of {guests} guests get if {cakes} {cake} are cut into {slices_per_cake} slices each, {kept} slices are kept back and the guests share the rest equally?",
            "{name} sets {kept} slices aside for [the neighbours|a sick friend|the cook]. They come from {cakes} {cake}, each of them cut into {slices_per_cake} slices. All the other slices go to {guests} guests, the same number to each. How many slices does one guest [eat|get]?",
            "Each of the {cake} that {name} made is cut into {slices_per_cake} slices. There are {cakes} of them on the table. {guests} guests arrive. The [cook|host] takes {kept} slices away for later, and the remaining slices are divided equally among the guests. How many slices does each guest get?",
            "For {guests} guests, {name} buys {cakes} {cake}. With a [sharp|long] knife, {name} makes {slices_per_cake} slices out of each. Then {kept} slices go into the fridge, and every guest gets the same share of the others. How many slices are in one share?",
            "[{name} [brings|buys] {cakes} {cake} for a party.|There are {cakes} {cake} on the [table|buffet].|{name} bakes {cakes} {cake} on a rainy day.|For a birthday, {cakes} {cake} [are delivered|have been baked].|{cakes} {cake} stand in {name}'s kitchen.] "
            "[Each of them is cut into {slices_per_cake} slices.|{name} makes {slices_per_cake} slices out of each of them.|A long knife turns each of them into {slices_per_cake} slices.|When {name} has cut them up, there are {slices_per_cake} slices of each.|Each of these is divided into {slices_per_cake} slices.] "
            "[{kept} slices are [wrapped up|saved|set aside] for [the next day|a neighbour].|{name} [keeps|stores] {kept} of the slices in the fridge.|Of all the slices, {kept} are not served.|Before serving, {name} takes {kept} slices away.|{name} saves {kept} slices for [the neighbours|another day].] "
            "[Then {guests} guests get all the other slices, and everyone gets the same number.|All the other slices are divided fairly [between|among] {guests} guests.|{guests} guests eat all the others, each of them the same number.|The remaining slices go in equal shares to {guests} guests.|{name} hands out what is left evenly to {guests} guests.] "
            "[How many slices does each guest get?|How many slices are there for each guest?|What is the number of slices on each guest's plate?|Each guest gets how many slices?|How many slices can a guest eat?|Find the number of slices that a guest gets.]",
            "[{guests} guests ate up all the slices that {name} served, and everyone got the same number.|At {name}'s party, {guests} guests shared all the slices on the buffet equally.|In the end, {guests} guests emptied the buffet, and all of them ate the same number of slices.|{name} served the slices to {guests} guests, giving the same number to everyone.|A group of {guests} guests ate every slice that {name} served, in equal shares.] "
            "[{kept} slices had been kept back [for the next day|in the kitchen] before that.|Before that, {name} had put {kept} slices in the fridge.|Earlier, {kept} slices had been taken away for [the neighbours|a sick friend], so only the others were served.|The guests got all the slices but {kept}, which {name} had saved for the next day.|Not served were {kept} slices that {name} had hidden in a cupboard.] "
            "[All the slices had come from {cakes} {cake}, and {slices_per_cake} slices had been cut from each of them.|At the start there had been {cakes} {cake}, and a long knife had made {slices_per_cake} slices out of each.|With {slices_per_cake} slices cut from each, the {cake} on {name}'s buffet had numbered {cakes}.|{name} had bought {cakes} {cake}, and {slices_per_cake} slices had been made of each.|Each of the {cake} had been cut into {slices_per_cake} slices, and there had been {cakes} of them.] "
            "[How many slices did each guest get?|How many slices were there for each guest?|What number of slices did each guest eat?|How many slices were on each guest's plate?|Find how many slices each guest was given.]",
            "[How many slices does each of {guests} guests get when the slices that are served are shared equally?|Find how many slices go to each guest if {guests} guests get equal shares.|If {name} shares the served slices fairly between {guests} guests, how many slices are there for each of them?|What is the number of slices for each guest at {name}'s party, given that {guests} guests share equally?|How many slices can each guest have if {guests} guests want equal shares?] "
            "[{name} has {cakes} {cake} and cuts {slices_per_cake} slices from each.|Each of {cakes} {cake} is divided into {slices_per_cake} slices.|There are {cakes} {cake}, and cutting gives {slices_per_cake} slices from each.|{cakes} {cake} are on the table, and each of them has been cut into {slices_per_cake} slices.|{slices_per_cake} slices are cut from each of {name}'s {cakes} {cake}.] "
            "[Of these slices, {kept} are [saved for|kept until] the next day, and the guests get all the others.|{kept} slices are not for the guests but for [the neighbours|the cook], while all the others are served.|{name} takes away {kept} slices and serves all the others.|All but {kept} of the slices are served to the guests.|The guests are given all the slices except {kept}, which go into the fridge.]",
            "[{name}'s plan: {cakes} {cake}, {slices_per_cake} slices from each, {kept} slices kept back.|{slices_per_cake} is the number of slices cut from each of {cakes} {cake}, and {kept} of all these slices are put away for later.|A total of {cakes} {cake}, each of which makes {slices_per_cake} slices, is cut up by {name}, who then keeps {kept} slices back.|{name} says that {cakes} {cake} were cut into {slices_per_cake} slices each and that {kept} slices were then taken away.|From {cakes} {cake}, cut into {slices_per_cake} slices apiece, {kept} slices are set aside.] "
            "[The others go to {guests} guests in equal shares. How many slices are in each share?|If {guests} guests divide all the other slices fairly, how many slices does each guest get?|How many slices are there for each guest when {guests} guests get equal shares of the remaining slices?|All the remaining slices are for {guests} guests, and every guest gets the same number. How many slices are served to each guest?|When {guests} guests share all the other slices evenly, what is the number of slices for each guest?|Find how many slices each guest gets when the other slices are divided evenly [among|between] {guests} guests.]",
            "{name} cuts {cakes} {cake} into {slices_per_cake} slices each. Then {name} keeps {kept} slices for later. The {guests} guests share the remaining slices equally. How many slices does one guest get?",
            "There are {guests} guests at {name}'s party. {name} puts {kept} slices aside for tomorrow, and the rest are shared equally among the guests. The slices come from {cakes} {cake}, each cut into {slices_per_cake} slices. How many slices does every guest get?",
        ),
        distractors=(
            "There are {n} balloons in the room.",
            "There are {n} candles on the table.",
            "{name} plays {n} songs for the guests.",
        ),
    ),
)

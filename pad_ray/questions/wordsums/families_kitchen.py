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

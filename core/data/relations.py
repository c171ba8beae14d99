"""Words for the lesson on word vectors, written for this project: relations, groups, axes, occupations.

All are single lower-case words. Most are among GloVe's first 30,000; the relations of family, grammar and opposites
are also at home in the King James Bible. Within a relation no word stands twice, so that every question made from it
has one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Pair = tuple[str, str]


@dataclass(frozen=True)
class Relation:
    """Pairs of words that stand to each other as `title` says; `kind` is what the relation is about."""

    name: str
    title: str
    kind: Literal["meaning", "grammar"]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Group:
    """Words that belong together on a map; `arrows` join some of them, from the first word to the second."""

    name: str
    title: str
    words: tuple[str, ...]
    arrows: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Axis:
    """A direction from the mean of the `low` words to that of the `high` words, and words to place on it.

    Such axes: Grand, Blank, Pereira, Fedorenko 2022, "Semantic projection recovers rich human knowledge of multiple
    object features from word embeddings"; Kozlowski, Taddy, Evans 2019, "The geometry of culture".
    """

    name: str
    title: str
    low: tuple[str, ...]
    high: tuple[str, ...]
    words: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> tuple[Pair, ...]:
    """Pairs written as "man woman, king queen"."""
    return tuple((first, second) for first, second in (pair.split() for pair in text.split(",")))


RELATIONS = (
    Relation(
        "capital", "capital → country", "meaning",
        _pairs("""paris france, rome italy, berlin germany, madrid spain, athens greece, tokyo japan, moscow russia,
            beijing china, cairo egypt, london england, lisbon portugal, vienna austria, oslo norway, stockholm sweden,
            helsinki finland, warsaw poland, budapest hungary, dublin ireland, ottawa canada, havana cuba,
            ankara turkey, baghdad iraq, tehran iran, damascus syria, copenhagen denmark"""),
    ),
    Relation(
        "nationality", "country → its people", "meaning",
        _pairs("""france french, italy italian, germany german, spain spanish, greece greek, japan japanese,
            russia russian, china chinese, egypt egyptian, england english, portugal portuguese, austria austrian,
            norway norwegian, sweden swedish, finland finnish, poland polish, hungary hungarian, ireland irish,
            turkey turkish, iraq iraqi, israel israeli, india indian, mexico mexican, syria syrian, rome roman"""),
    ),
    Relation(
        "family", "man → woman", "meaning",
        _pairs("""man woman, king queen, father mother, son daughter, brother sister, husband wife, boy girl,
            uncle aunt, nephew niece, prince princess, lord lady, he she, his her, himself herself, men women,
            sons daughters, brothers sisters, grandfather grandmother, actor actress, groom bride"""),
    ),
    Relation(
        "young", "animal → its young", "meaning",
        _pairs("""dog puppy, cat kitten, cow calf, sheep lamb, horse foal, goat kid, lion cub, hen chick,
            duck duckling, deer fawn, goose gosling, kangaroo joey"""),
    ),
    Relation(
        "opposite", "word → its opposite", "meaning",
        _pairs("""good evil, rich poor, old young, light darkness, day night, life death, first last, great small,
            hot cold, black white, high low, strong weak, war peace, heaven earth, love hate, right left, up down,
            east west, north south, summer winter, true false, wise foolish, full empty, sweet bitter,
            before after"""),
    ),
    Relation(
        "past", "present → past", "grammar",
        _pairs("""walk walked, look looked, turn turned, call called, open opened, ask asked, go went, come came,
            see saw, take took, give gave, make made, eat ate, write wrote, sing sang, run ran, fall fell, know knew,
            find found, keep kept, send sent, stand stood, drink drank, say said, begin began"""),
    ),
    Relation(
        "progressive", "verb → -ing", "grammar",
        _pairs("""walk walking, look looking, go going, come coming, see seeing, take taking, give giving, make making,
            speak speaking, eat eating, write writing, sing singing, run running, fall falling, know knowing,
            think thinking, find finding, keep keeping, send sending, stand standing, read reading, seek seeking,
            bring bringing"""),
    ),
    Relation(
        "plural", "one → many", "grammar",
        _pairs("""king kings, house houses, city cities, day days, year years, hand hands, eye eyes, man men,
            woman women, child children, foot feet, tooth teeth, tree trees, river rivers, mountain mountains,
            stone stones, word words, nation nations, horse horses, bird birds, book books, door doors, son sons,
            church churches, ox oxen"""),
    ),
    Relation(
        "comparative", "adjective → comparative", "grammar",
        _pairs("""great greater, small smaller, high higher, low lower, strong stronger, weak weaker, old older,
            young younger, rich richer, poor poorer, good better, bad worse, deep deeper, long longer, short shorter,
            wise wiser, near nearer, dark darker, bright brighter, hard harder, few fewer"""),
    ),
    Relation(
        "adverb", "adjective → adverb", "grammar",
        _pairs("""great greatly, quick quickly, glad gladly, secret secretly, strong strongly, free freely,
            wise wisely, bold boldly, clear clearly, sharp sharply, certain certainly, sure surely, true truly,
            deep deeply, high highly, perfect perfectly, plain plainly, utter utterly, continual continually,
            sudden suddenly"""),
    ),
    Relation(
        "agent", "verb → who does it", "grammar",
        _pairs("""teach teacher, sing singer, write writer, hunt hunter, rule ruler, build builder, lead leader,
            work worker, farm farmer, play player, paint painter, dance dancer, drive driver, speak speaker,
            read reader, buy buyer, sell seller, own owner, win winner, manage manager"""),
    ),
)  # fmt: skip

_PAIRS_OF = {relation.name: relation.pairs for relation in RELATIONS}


def _related(name: str, title: str, pairs: tuple[Pair, ...]) -> Group:
    return Group(name, title, tuple(word for pair in pairs for word in pair), pairs)


GROUPS = (
    _related("capitals", "capitals and countries", _PAIRS_OF["capital"][:14]),
    _related("family", "family, man and woman", _PAIRS_OF["family"][:12]),
    Group(
        "tenses", "verbs and their forms",
        _words("""walk walked walking look looked looking go went going come came coming see saw seeing
            take took taking give gave giving write wrote writing"""),
        _pairs("""walk walked, walk walking, look looked, look looking, go went, go going, come came, come coming,
            see saw, see seeing, take took, take taking, give gave, give giving, write wrote, write writing"""),
    ),
    _related("comparatives", "adjectives compared", _PAIRS_OF["comparative"][:12]),
    _related("opposites", "opposites", _PAIRS_OF["opposite"][:12]),
    Group("animals", "animals", _words("horse sheep goat lion bear wolf dog cow bird eagle fish serpent")),
    Group("food", "food and drink", _words("bread wine oil honey milk meat fruit wheat corn salt water butter")),
    Group("body", "parts of the body", _words("hand foot eye ear mouth tongue head arm knee heart blood bone")),
    Group("colours", "colours", _words("red blue green yellow white black purple brown grey pink")),
    Group("numbers", "numbers", _words("one two three four five six seven eight nine ten hundred thousand")),
    Group(
        "bible", "people and places of the Bible",
        _words("""moses david solomon abraham isaac jacob joseph saul jesus peter paul john
            jerusalem egypt babylon israel judah galilee jordan zion"""),
    ),
)  # fmt: skip

# What texts say of jobs, on the axis he -> she (Bolukbasi et al. 2016, "Man is to computer programmer as woman is to
# homemaker?"; Caliskan, Bryson, Narayanan 2017, "Semantics derived automatically from language corpora contain
# human-like biases"). The last row is for old texts.
OCCUPATIONS = _words("""
    nurse teacher doctor lawyer engineer secretary scientist librarian programmer receptionist carpenter
    stylist mechanic dancer pilot maid captain housekeeper philosopher chef electrician artist banker
    cook soldier writer farmer judge professor cleaner architect manager
    priest prophet shepherd servant merchant weaver baker
""")

AXES = (
    Axis("gender", "he → she", ("he", "him", "man"), ("she", "her", "woman"), OCCUPATIONS),
    Axis(
        "tense", "past → present", ("walked", "went", "said", "gave"), ("walk", "go", "say", "give"),
        _words("came come took take saw see wrote write ran run ate eat sang sing knew know found find kept keep"),
    ),
    Axis(
        "size", "small → large", ("small", "little", "tiny"), ("large", "big", "huge"),
        _words("ant mouse rat cat dog sheep horse camel lion elephant whale seed stone house city mountain sea world"),
    ),
    Axis(
        "wealth", "poor → rich", ("poor", "poverty"), ("rich", "wealth"),
        _words("""peasant slave servant widow farmer soldier teacher merchant prince king queen lord
            bread gold silver ruby palace tent"""),
    ),
    Axis(
        "heat", "cold → hot", ("cold", "ice"), ("hot", "fire"),
        _words("""snow frost winter autumn spring summer desert sun furnace oven coal bread water milk wind
            mountain wine soup"""),
    ),
    Axis(
        "good", "evil → good", ("evil", "bad", "wicked"), ("good", "holy", "righteous"),
        _words("""angel devil saint thief murder peace war love hate truth lies mercy wrath wisdom pride
            joy grief gold sword"""),
    ),
)  # fmt: skip


def relation(name: str) -> Relation:
    """The relation of that name. Raises KeyError."""
    for one in RELATIONS:
        if one.name == name:
            return one
    raise KeyError(name)

"""The course: one line a lesson. Pages, cards, navigation and tests all read this table."""

from __future__ import annotations

from dataclasses import dataclass

SECTIONS = (
    "Networks are representation learners",
    "Auto-encoders",
    "Masking",
    "Words and attention",
    "Contrastive and multi-modal",
    "What makes a representation good",
)


@dataclass(frozen=True)
class Lesson:
    """A page of the course.

    slug: names its page, its folder in core/lessons and its address. prefix: letters with which its URL parameters begin,
    unique in the course and never changed, so that old links keep working. first: what to do first, in one line. minutes:
    how long a student takes over its acts.
    """

    slug: str
    title: str
    section: int  # 1-based, into SECTIONS
    icon: str  # a Material symbol
    prefix: str
    experiments: tuple[str, ...]
    question: str
    first: str
    minutes: int


LESSONS: tuple[Lesson, ...] = (
    Lesson("layers", "Layers as maps", 1, ":material/layers:", "ly", (),
           "A network cuts curves out of the plane with nothing but straight lines and folds. What does each of its layers do to the points?",
           "Press Play: in which of the small planes do the two classes come apart?", 20),
    Lesson("backpropagation", "Forward and backward", 1, ":material/sync_alt:", "bp", (),
           "Where do the gradients of a network come from, and why do all of them together cost little more than one?",
           "Press Play: values flow forward, gradients backward. Then take a step and see the loss fall.", 15),
    Lesson("features", "What does a neuron see?", 1, ":material/visibility:", "fe", ("features",),
           "A unit of a network answers to something in a picture. To what, and can you draw it?",
           "Click a tile: which pictures excite that unit, and what do they have in common?", 20),
    Lesson("memory", "Draw from memory", 1, ":material/draw:", "me", (),
           "You see a picture for two seconds and draw it from memory. What did you keep: its pixels, or what it is?",
           "Press Show it, look for two seconds, and draw what you saw.", 15),
    Lesson("bottleneck", "Bottleneck", 2, ":material/hourglass:", "b", ("autoencoder",),
           "How few numbers can hold a picture, and what do those numbers say about it?",
           "Press Others: which is the smallest code that still shows the picture?", 20),
    Lesson("denoising", "Cheating and denoising", 2, ":material/auto_fix_high:", "d", ("denoising",),
           "A network that copies its input makes no error at all. What did it learn, and how do you stop it?",
           "Turn the noise up: which of the three networks takes it out again?", 15),
    Lesson("masked_images", "Masked images", 3, ":material/grid_on:", "mi", ("mae",),
           "How much of a picture can you hide before a network can no longer guess the rest?",
           "Drag over the picture to hide more of it, and see it filled in.", 15),
    Lesson("fill_in_the_blank", "Fill in the blank", 3, ":material/short_text:", "fb", ("masked_lm",),
           "Hide a word of a sentence. What can a network know about it from the words on both of its sides?",
           "Click a word to hide it, and see which words the network expects there.", 20),
    Lesson("colour", "Colour from gray", 3, ":material/palette:", "co", ("colorization",),
           "Which colours does a gray picture have, and what does a network learn from guessing them?",
           "Drag the slider from the mode to the mean, and point at a pixel: what does the network believe there?", 15),
    Lesson("video", "Space and time", 3, ":material/movie:", "vi", ("video_mae",),
           "Hide most of a clip: what fills in the rest, space or time?",
           "Watch it being filled in, then drag over the masked clip to hide more.", 20),
    Lesson("how_much_to_hide", "How much to hide?", 3, ":material/tune:", "hm", ("spectrogram_mae",),
           "75% of a picture, 15% of a sentence, 90% of a film: is there really a best share to hide?",
           "Drag the slider until you would give up; then say which share is best.", 20),
    Lesson("word_vectors", "Word vectors", 4, ":material/calculate:", "wv", ("word2vec",),
           "Can you compute with words: is king − man + woman really queen, and how often is such a sum true?",
           "Type paris − france + italy into the box and press Enter.", 20),
    Lesson("soft_lookup", "Soft look-up", 4, ":material/key:", "sl", (),
           "A dictionary knows its keys or nothing. What if a question could fit several of them, a little each?",
           "Drag the temperature to 0, then up: whose value does the answer take?", 10),
    Lesson("attention", "Attention", 4, ":material/network_node:", "a", ("language_model",),
           "Each word of a sentence looks at others before it says anything. Where does it look, and does that matter?",
           "Point at a word to see where this head looks, then choose another head.", 25),
    Lesson("contrastive", "Contrastive", 5, ":material/join_inner:", "c", ("simclr",),
           "No labels and nothing to reconstruct: what does a network learn from telling pictures apart?",
           "Change the draw: does the network still tell the pair from the stranger?", 25),
    Lesson("pictures_and_words", "Pictures and words", 5, ":material/image_search:", "pw", ("clip",),
           "Can a few words of yours sort pictures, without a label?",
           "Type words with commas, then draw until another one wins.", 25),
    Lesson("sight_and_sound", "Sight and sound", 5, ":material/hearing:", "ss", ("audio_visual",),
           "You hear a word and see the thing, again and again. Can that alone teach you to see?",
           "Click a sound: which pictures come forward? Then click a picture.", 20),
    Lesson("text_to_picture", "From text to picture", 5, ":material/brush:", "tp", ("text_to_image",),
           "How does a caption become a picture nobody ever drew?",
           "Type another colour or shape, press Enter, and watch the noise.", 25),
)  # fmt: skip


def chapters() -> dict[str, list[Lesson]]:
    """ "1 · Auto-encoders" and so on, each with its lessons: the sections that have any, in order and numbered as they are shown."""
    found = [[lesson for lesson in LESSONS if lesson.section == number] for number in range(1, len(SECTIONS) + 1)]
    shown = [(title, lessons) for title, lessons in zip(SECTIONS, found, strict=True) if lessons]
    return {f"{number} · {title}": lessons for number, (title, lessons) in enumerate(shown, start=1)}


def by_slug(slug: str) -> Lesson:
    """The lesson of that slug; KeyError where there is none."""
    return {lesson.slug: lesson for lesson in LESSONS}[slug]

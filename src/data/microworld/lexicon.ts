/**
 * @file The words of the microworld: people, animals, places, objects and what they do. No grammar here.
 * Lists run from frequent to rare; `grammar.ts` gives the i-th word a weight of 1/(i + 2).
 */

/** Singular and plural. Every form of every noun stands in one list only. */
export interface Noun {
  readonly singular: string;
  readonly plural: string;
  readonly gender: Gender;
}

/** Which reflexive a singular noun takes; `open` takes none, since its gender is not known. */
export type Gender = "male" | "female" | "thing" | "open";

/** `base` also serves the plural present; the three forms always differ. */
export interface Verb {
  readonly base: string;
  readonly third: string;
  readonly past: string;
}

const list = (words: string): string[] => words.trim().split(/\s+/);

/** "wolf/wolves" or "lamp": plurals in -s need not be written. */
const nouns = (gender: Gender, words: string): Noun[] =>
  list(words).map((word) => {
    const [singular = word, plural = `${word}s`] = word.split("/");
    return { singular, plural, gender };
  });

/** "sing/sings/sang" or "walk": regular forms need not be written. */
const verbs = (words: string): Verb[] =>
  list(words).map((word) => {
    const [base = word, third = `${word}s`, past = `${word}ed`] = word.split("/");
    return { base, third, past };
  });

export const PEOPLE: readonly Noun[] = [
  ...nouns("male", "boy man/men father king brother uncle grandfather prince monk"),
  ...nouns("female", "girl woman/women mother queen sister aunt grandmother princess/princesses nun"),
  ...nouns("open", "farmer teacher baker doctor sailor painter hunter singer miller weaver soldier guard"),
  ...nouns(
    "open",
    "gardener cook judge student potter shepherd tailor carpenter beggar merchant pilot smith",
  ),
];

export const ANIMALS: readonly Noun[] = nouns(
  "thing",
  "dog cat horse bird wolf/wolves fox/foxes bear goat duck mouse/mice rabbit owl frog donkey",
);

export const OBJECTS: readonly Noun[] = nouns(
  "thing",
  `apple book lamp basket letter cup key stone coin hat box/boxes knife/knives rope bell drum candle blanket
   mirror ladder bottle map ring boat cart chair table door window brush/brushes clock wheel bucket spoon flute
   kite lantern barrel shovel hammer needle scarf/scarves shelf/shelves glass/glasses trumpet compass/compasses`,
);

export const PLACES: readonly string[] = list(
  `garden market river forest kitchen tower bridge village harbor mill field castle library school barn hill
   lake road shop church station cave island square cellar orchard workshop meadow courtyard valley palace inn`,
);

export const MALE_NAMES: readonly string[] = list(
  `Tomas Anton Milo Bruno Felix Oskar Hugo Jonas Emil Viktor Kaspar Linus Marek Otto Pavel Ruben Silas Timo
   Ugo Willem`,
);
export const FEMALE_NAMES: readonly string[] = list(
  `Mara Lena Ida Nora Clara Vera Alma Rosa Edda Greta Hanna Irma Jutta Kira Livia Paula Selma Tilda Wanda
   Zita`,
);

export const PERSON_ADJECTIVES: readonly string[] = list(
  "old young tall quiet happy tired clever brave gentle hungry lonely proud curious careless",
);
export const OBJECT_ADJECTIVES: readonly string[] = list(
  "red small blue heavy broken shiny wooden empty round green dusty golden narrow painted",
);
export const ADVERBS: readonly string[] = list(
  "quietly slowly again happily alone today outside loudly early",
);

/** Without an object: "slept in the garden". */
export const INTRANSITIVE: readonly Verb[] = verbs(
  `sleep/sleeps/slept wait sing/sings/sang laugh rest work wander dance/dances/danced sit/sits/sat play shout
   listen smile/smiles/smiled stand/stands/stood kneel/kneels/knelt whistle/whistles/whistled`,
);
/** With a thing: "carried the lamp". */
export const WITH_OBJECT: readonly Verb[] = verbs(
  `carry/carries/carried find/finds/found paint hide/hides/hid break/breaks/broke buy/buys/bought clean lift
   drop/drops/dropped hold/holds/held mend open polish/polishes/polished collect steal/steals/stole
   repair`,
);
/** With a person: "helped the boy". */
export const WITH_PERSON: readonly Verb[] = verbs(
  "help see/sees/saw meet/meets/met follow greet visit thank watch/watches/watched call remember teach/teaches/taught",
);
/** With a reflexive: "blamed herself". */
export const REFLEXIVE: readonly Verb[] = verbs(
  "wash/washes/washed praise/praises/praised blame/blames/blamed admire/admires/admired dress/dresses/dressed warn",
);
/** With a thing and a person: "gave the lamp to the boy". */
export const GIVING: readonly Verb[] = verbs(
  "give/gives/gave send/sends/sent show bring/brings/brought lend/lends/lent offer return",
);

/** Family names and villages are built from these, so that rare words exist. */
export const NAME_BEGINNINGS: readonly string[] = list(
  "Ar Bel Cor Dal Fen Gor Hal Kel Lor Mer Nor Pel Ros Sel Tor Val Wen Bran Grim Thal",
);
export const FAMILY_ENDINGS: readonly string[] = list(
  "ner mann win dar lock wood rick bury stein low ven shaw croft field more",
);
export const VILLAGE_ENDINGS: readonly string[] = list(
  "ham dale ford wick ton mouth bridge hurst stow combe holm mere gate port by",
);

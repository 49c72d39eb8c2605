/** Words that say nothing about what somebody looks for. Of other languages than these two, how rare a word is has to be enough. */
const STOP_WORDS = new Set(
  `a about after again all also am an and any are as at be because been before being but by can cannot could did do does doing
  for from get gets getting go going got had has have having he hello help her here hers hi him his how i if in into is it its just know
  let like me more my need no not now of on one or our out over please she should so some tell than thank thanks that the their them then
  there these they thing this those to too until up us very want was we were what when where which while who why will with would yes you your
  a al algo ante aqui asi aun como con cual cuales cuando cuanto cuanta cuantos cuantas de del desde donde dos el ella ellas ellos en entre era
  es esa ese eso esta estan estar estas este esto estoy favor fue gracias ha hacer hasta hay he hola la las le les lo los mas me mi mis mucho muy
  necesito ni no nos nosotros o os para pero poder por porque puede puedo pues que quien quiero quisiera saber se ser si sin sobre son soy su sus
  tambien tan tanto te tengo tiene todo tu tus un una uno unos usted ustedes y ya yo`.split(/\s+/),
);

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of a text in any script, as they stand. */
export function wordsOf(text: string): string[] {
  return [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike === true).map(({ segment }) => segment);
}

/** A word as it is looked up: without case, accents and plural; undefined for one that says nothing. */
export function lookedUp(word: string): string | undefined {
  const plain = word
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]s?$/u, '');
  if (plain === '' || STOP_WORDS.has(plain)) return undefined;
  return plain.length > 3 && plain.endsWith('s') && !plain.endsWith('ss') ? plain.slice(0, -1) : plain;
}

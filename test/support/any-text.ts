import fc from 'fast-check';

/**
 * Text of any UTF-16 units: control characters, lone surrogates, all scripts. Quicker than fast-check's own "binary" strings, which count through
 * Unicode when they are mixed with others.
 */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0xffff }));
  return fc.array(unit, { maxLength, size: 'max' }).map((units) => String.fromCharCode(...units));
}

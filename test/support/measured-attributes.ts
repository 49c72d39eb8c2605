import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The values an attribute can have, or `any` when they are chosen in configuration. */
export type AttributeValues = ReadonlySet<string> | 'any';

const SOURCE = fileURLToPath(new URL('../../core/telemetry/measurement.ts', import.meta.url));

/** What the programs measure, by name, with the attributes of each: as the type says that every measurement is checked against. */
export function measuredAttributes(): ReadonlyMap<string, ReadonlyMap<string, AttributeValues>> {
  const program = ts.createProgram([SOURCE], {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(SOURCE);
  const alias = file?.statements.find(
    (statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === 'Measurement',
  );
  if (alias === undefined) throw new Error(`${SOURCE} has no type Measurement`);
  const union = checker.getTypeAtLocation(alias);
  return new Map(
    (union.isUnion() ? union.types : [union]).map((member) => {
      const typeOf = (type: ts.Type, name: string): ts.Type | undefined => {
        const property = checker.getPropertyOfType(type, name);
        return property === undefined ? undefined : checker.getTypeOfSymbol(property);
      };
      const [name] = literals(typeOf(member, 'name'));
      if (name === undefined) throw new Error(`a measurement of ${SOURCE} has no name`);
      const attributes = typeOf(member, 'attributes');
      const properties = attributes === undefined ? [] : checker.getPropertiesOfType(attributes);
      return [
        name,
        new Map(properties.map((property) => [property.name, valuesOf(checker.getTypeOfSymbol(property))])),
      ];
    }),
  );
}

function valuesOf(type: ts.Type): AttributeValues {
  const values = literals(type);
  return values.length === 0 ? 'any' : new Set(values);
}

function literals(type: ts.Type | undefined): readonly string[] {
  if (type === undefined) return [];
  return (type.isUnion() ? type.types : [type]).flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
}

import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** process.env is read in one place a deployable, so that every setting has a check and a name in an error. */
const noEnvironmentHere = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Read the environment in config.ts or main.ts only.',
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'calls/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A number in a log line or a header is what it looks like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': ['error', noEnvironmentHere],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: [
      '**/config.ts',
      '**/main.ts',
      'functions/app/compose.ts',
      'emulator/stack/**',
      'emulator/scenario/**',
      'infra/**',
      'test/**',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['emulator/stack/**', 'emulator/scenario/**', 'infra/**', 'test/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);

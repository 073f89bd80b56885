import js from '@eslint/js'
import a11y from 'eslint-plugin-jsx-a11y'
import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** Who may not import what: the lower a folder, the fewer it knows. */
const keepOut = (files, ...group) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ group, message: 'This folder knows nothing of that one.' }] },
    ],
  },
})

export default tseslint.config(
  { ignores: ['dist', 'src/gen'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  a11y.flatConfigs.strict,
  hooks.configs.flat['recommended-latest'],
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      'no-console': 'error',
      '@typescript-eslint/only-throw-error': 'off',
      // An area of the dictionary may be empty; an empty string counts as none.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  keepOut(['src/features/**'], '@/features/**'),
  keepOut(['src/{account,checkout,details,gallery,likes}/**'], '@/features/**', '@/app/**'),
  keepOut(['src/ui/**'], '@/features/**', '@/app/**', '@/auth/**'),
  keepOut(['src/{api,auth,i18n}/**'], '@/features/**', '@/app/**', '@/ui/**'),
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  // They print what they measure, and run in Node.js and, in parts, in pages.
  { files: ['scripts/**'], rules: { 'no-console': 'off', 'no-undef': 'off' } },
)

import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'client/generated/', 'components.d.ts'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-console': 'error',
      'max-lines': ['error', 400],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/multi-word-component-names': 'off',
      // Layout of markup is a matter of taste here; no formatter runs over it.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/require-default-prop': 'off',
      'vue/attributes-order': 'off',
    },
  },
  {
    // The wire client must run in a worker or another framework one day.
    files: ['client/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['vue', 'vue-*', 'vant*', 'element-plus*', '@/phone/*', '@/console/*', '@/use/*', '@/design/*'] },
      ],
    },
  },
  {
    files: ['phone/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['element-plus*', 'echarts*', '@/console/*'] }] },
  },
  {
    files: ['console/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['vant*', '@/phone/pages/*', '@/phone/parts/*'] }] },
  },
  { files: ['build/**', 'tests/**'], rules: { 'no-console': 'off' } },
)

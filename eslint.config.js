import js from "@eslint/js";
import globals from "globals";
import tseslint from "typescript-eslint";

const noChance = {
  selector: "MemberExpression[object.name='Math'][property.name='random']",
  message: "Chance comes from a `random` argument (src/random.ts).",
};
const noClock = {
  selector:
    "NewExpression[callee.name='Date'], CallExpression[callee.object.name='Date'][callee.property.name='now']",
  message: "Only train.ts, locks, bench.ts and report/ read the clock.",
};

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "node_modules/",
      ".venv/",
      ".cache/",
      "results/",
      "vendor/",
      "tests/notebooks/fixtures/",
    ],
  },
  js.configs.recommended,
  {
    files: ["src/**/*.ts", "tests/**/*.ts", "notebooks/*.ts", "vitest.config.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["src/tsconfig.json", "tests/tsconfig.json", "notebooks/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": "off", // error messages print whatever they were given
      "@typescript-eslint/require-await": "off", // a function may be asynchronous because its interface is
    },
  },
  {
    // Tests read JSON of files they have just written; the assertions are the check.
    files: ["tests/**/*.ts"],
    rules: Object.fromEntries(
      ["argument", "assignment", "call", "member-access", "return"].map((use) => [
        `@typescript-eslint/no-unsafe-${use}`,
        "off",
      ]),
    ),
  },
  { files: ["src/**/*.ts"], rules: { "no-restricted-syntax": ["error", noChance, noClock] } },
  {
    files: [
      "src/report/**/*.ts",
      "src/training/train.ts",
      "src/disk/lock.ts",
      "src/command-line/bench/bench.ts",
    ],
    rules: { "no-restricted-syntax": ["error", noChance] },
  },
  {
    files: ["notebooks/*.ts"],
    rules: {
      // tslab copies top-level variables between cells: a later assignment is not seen by functions of earlier cells.
      "no-restricted-syntax": [
        "error",
        {
          selector: "Program > VariableDeclaration[kind!='const']",
          message: "Top-level let or var in a notebook: tslab gives each cell its own copy. Use const.",
        },
      ],
      "@typescript-eslint/no-unused-expressions": "off", // the last expression of a cell is its value
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    languageOptions: { globals: globals.node },
    rules: { "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }] },
  },
  {
    files: ["jupyter/labextensions/**/*.js", "jupyter/nbconvert/templates/kit/static/*.js"],
    languageOptions: { sourceType: "script", globals: globals.browser },
  },
);

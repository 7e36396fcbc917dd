/**
 * Who may import whom. ARCHITECTURE.md tells the same in words. `npm run imports` runs these rules; the folder
 * tests/fixtures/planted-violation breaks every one of them once, and a test insists that each is caught.
 */

/** Room → the rooms of server/ that it may import besides itself. */
const ROOMS = {
  contracts: [],
  core: ['contracts'],
  io: ['contracts', 'core'],
  sdk: ['contracts', 'core'],
  engine: ['contracts', 'core', 'io', 'sdk'],
  app: ['contracts', 'core', 'io', 'sdk'],
  host: ['contracts', 'core', 'io', 'sdk'],
  main: ['contracts', 'core', 'io', 'sdk', 'app'],
};

/** Package → the only folders that may import it. */
const OWNERS = {
  'onnxruntime-node': '^server/engine/runtime/',
  express: '^server/app/',
  'socket.io': '^server/app/',
  sharp: '^server/io/',
  tapable: '^server/sdk/',
};

/** Tests and developer tools may look into every room. */
const TESTS = '\\.test\\.ts$|^tests/|^scripts/';

/** Rooms of server/core that may import other rooms of core; all may use its tensor.ts. */
const CORE_BRIDGES = { arch: ['graph', 'formats'] };

const anyOf = (names) => `(${names.join('|')})`;
const pkg = (name) => `(^|/)node_modules/${name.replace('.', '\\.')}/`;

const roomRules = Object.entries(ROOMS).map(([room, others]) => ({
  name: `${room}-imports-downward`,
  comment: `server/${room} imports ${others.length ? anyOf(others) : 'no other room'}.`,
  severity: 'error',
  from: { path: `^server/${room}(/|\\.ts$)`, pathNot: TESTS },
  to: {
    path: '^(server|web|extensions|scripts|tests)/',
    pathNot: `^server/${anyOf([room, ...others])}(/|\\.ts$)`,
  },
}));

const coreRules = [
  {
    name: 'core-rooms-are-strangers',
    comment: 'A room of server/core imports itself and core/tensor.ts; arch also graph and formats.',
    severity: 'error',
    from: {
      path: '^server/core/([^/]+)/',
      pathNot: `${TESTS}|^server/core/${anyOf(Object.keys(CORE_BRIDGES))}/`,
    },
    to: { path: '^server/core/', pathNot: '^server/core/($1/|tensor\\.ts$)' },
  },
  ...Object.entries(CORE_BRIDGES).map(([room, others]) => ({
    name: `core-${room}-imports`,
    comment: `server/core/${room} imports ${anyOf(others)} besides itself.`,
    severity: 'error',
    from: { path: `^server/core/${room}/`, pathNot: TESTS },
    to: { path: '^server/core/', pathNot: `^server/core/(${anyOf([room, ...others])}/|tensor\\.ts$)` },
  })),
  {
    name: 'core-is-pure',
    comment: 'server/core does no I/O: of Node it may use buffers, hashes and compression, nothing else.',
    severity: 'error',
    from: { path: '^server/core/', pathNot: TESTS },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto|zlib|util|assert)$' },
  },
];

const ownerRules = Object.entries(OWNERS).map(([name, owner]) => ({
  name: `only-one-room-imports-${name}`,
  comment: `${name} is imported in ${owner} alone.`,
  severity: 'error',
  from: { path: '^(server|web|extensions)/', pathNot: `${TESTS}|${owner}` },
  to: { path: pkg(name) },
}));

export default {
  forbidden: [
    ...roomRules,
    ...coreRules,
    ...ownerRules,
    {
      name: 'only-store-touches-sqlite',
      comment: 'node:sqlite is imported in server/app/store alone.',
      severity: 'error',
      from: { path: '^(server|web|extensions)/', pathNot: `${TESTS}|^server/app/store/` },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'web-imports-contract-types',
      comment: 'The page takes from the server the types of its contracts and nothing that runs.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^server/contracts/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'web-imports-no-server',
      comment: 'The page imports itself and server/contracts.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(server|extensions|scripts|tests)/', pathNot: '^server/contracts/' },
    },
    {
      name: 'extensions-import-the-sdk',
      comment: 'An extension imports tapestry/sdk, its own files and its own packages.',
      severity: 'error',
      from: { path: '^extensions/([^/]+)/' },
      to: {
        path: '^(server|web|extensions|scripts|tests)/',
        pathNot: '^(extensions/$1/|server/sdk/(index|test-kit)\\.ts$)',
      },
    },
    {
      name: 'extensions-bring-their-packages',
      comment: "A package that an extension imports is one of its own, not one of the program's.",
      severity: 'error',
      from: { path: '^extensions/([^/]+)/', pathNot: TESTS },
      to: { path: '(^|/)node_modules/', pathNot: '^extensions/$1/node_modules/' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'What ships does not depend on tests or developer tools.',
      severity: 'error',
      from: { path: '^(server|web|extensions)/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^(tests|scripts)/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle of imports that run at load time depends on which file is loaded first.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere also hides what lies behind it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^web/(out|\\.next)/|^tests/fixtures/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};

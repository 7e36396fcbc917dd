/** Files that may be longer than the budget, each with the reason. An entry that is no longer needed is an error. */
export const SIZE_EXCEPTIONS: Readonly<Record<string, string>> = {
  'server/contracts/options/stable-diffusion.ts': 'a table of settings, read row by row',
  'server/app/api/sdapi-generate.test.ts': 'a table of requests and their answers',
};

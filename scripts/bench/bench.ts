/**
 * Measurements of the real program. They print figures and judge nothing; run them on a machine that is otherwise idle.
 *
 *   npm run bench -- --help
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type FirstPictureOptions, measureFirstPicture } from './first-picture.ts';

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('expected a whole number from 1');
  return count;
}

const program = new Command('bench').description('Measurements of the real program.');

program
  .command('first-picture')
  .description('from the second start to the first picture: times, and memory of both processes')
  .option('--sd15', "random weights of SD 1.5's size instead of the default model", false)
  .addOption(new Option('--dtype <dtype>', 'of the random weights').choices(['F16', 'F32']).default('F16'))
  .option('--steps <number>', 'steps of a picture', parseCount, 20)
  .option('--size <pixels>', 'side of the picture (default: what the checkpoint was trained at)', parseCount)
  .action(async (options: FirstPictureOptions) => console.log(await measureFirstPicture(options)));

await program.parseAsync();

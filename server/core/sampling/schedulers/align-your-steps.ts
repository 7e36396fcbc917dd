import { linspace } from '../tensor-math.ts';
import type { Scheduler } from '../types.ts';

/** Published noise levels, for models like SD 1 and like SDXL. */
interface Table {
  sd: readonly number[];
  sdxl: readonly number[];
}

/** Sabour et al. 2024, "Align Your Steps". */
const AYS: Table = {
  sd: [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
  sdxl: [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
};

/** Chen et al. 2024, "On the Trajectory Regularity of ODE-based Diffusion Sampling" (GITS). */
const GITS: Table = {
  sd: [14.615, 4.617, 2.507, 1.236, 0.702, 0.402, 0.24, 0.156, 0.104, 0.094, 0.029],
  sdxl: [14.615, 4.734, 2.567, 1.529, 0.987, 0.652, 0.418, 0.268, 0.179, 0.127, 0.029],
};

/** Align Your Steps worked out for 32 steps. */
const AYS_32: Table = {
  sd: [
    14.615, 11.239513, 8.643631, 6.647294, 5.572509, 4.7164855, 3.9919608, 3.5195608, 3.1349046, 2.7922878,
    2.4877362, 2.2166386, 1.9750835, 1.7793171, 1.6147534, 1.4654095, 1.314849, 1.166425, 1.0347555,
    0.91573745, 0.8074817, 0.7120236, 0.621739, 0.53065205, 0.4529096, 0.37491456, 0.27461818, 0.2011529,
    0.14105873, 0.06682881, 0.03166121, 0.015,
  ],
  sdxl: [
    14.615, 11.149161, 8.505221, 6.4882717, 5.437074, 4.6039863, 3.898547, 3.2740746, 2.7439654, 2.2996867,
    1.9544852, 1.6710871, 1.4287815, 1.2318101, 1.0678965, 0.9257944, 0.80290884, 0.6966012, 0.60436904,
    0.52852553, 0.46773344, 0.41393378, 0.36258185, 0.31008518, 0.26518926, 0.2232646, 0.17653877, 0.13959192,
    0.10587381, 0.05519369, 0.02877334, 0.015,
  ],
};

export const alignYourSteps = createTabled('align_your_steps', 'Align Your Steps', AYS);
export const alignYourStepsGits = createTabled('align_your_steps_GITS', 'Align Your Steps GITS', GITS);
export const alignYourSteps11 = createTabled('align_your_steps_11', 'Align Your Steps 11', AYS);
export const alignYourSteps32 = createTabled('align_your_steps_32', 'Align Your Steps 32', AYS_32);

function createTabled(name: string, label: string, table: Table): Scheduler {
  return {
    name,
    label,
    aliases: [],
    defaultRho: -1,
    needInnerModel: false,
    sigmas: ({ steps, model }) => [...resample(model.family === 'sdxl' ? table.sdxl : table.sd, steps), 0],
  };
}

/** A table of another length, linear in log sigma. One step takes the table's end, as the reference does. */
function resample(table: readonly number[], steps: number): number[] {
  if (steps === table.length) return table.map(Math.fround);
  const last = table.length - 1;
  return linspace(last, 0, steps)
    .map((at) => {
      const low = Math.min(Math.floor(at), last - 1);
      const [start, end] = [Math.log(table[low]!), Math.log(table[low + 1]!)];
      return Math.fround(Math.exp(start + (at - low) * (end - start)));
    })
    .toReversed();
}

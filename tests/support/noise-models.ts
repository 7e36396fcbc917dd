import { createDiffusionModel, createFlowModel } from '#core/sampling/schedule-model.ts';
import type { NoiseModel } from '#core/sampling/types.ts';

/** The models that the golden sets of schedules and samplers name. */
export function goldenNoiseModel(name: string, quantize = false): NoiseModel {
  switch (name) {
    case 'sd15':
      return createDiffusionModel({ family: 'sd1', quantize });
    case 'sdxl':
      return createDiffusionModel({ family: 'sdxl', quantize });
    case 'sd2v':
      return createDiffusionModel({ family: 'sd2', prediction: 'v', quantize });
    case 'sd2v_zsnr':
      return createDiffusionModel({ family: 'sd2', prediction: 'v', zeroTerminalSnr: true, quantize });
    case 'sd3':
      return createFlowModel({ family: 'sd3', shift: 3, quantize });
    default:
      throw new Error(`no golden model is called ${name}`);
  }
}

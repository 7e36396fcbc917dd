/** (IA)³: a factor per output or per input channel (Liu et al. 2022, https://arxiv.org/abs/2205.05638). */
import { kernelElements } from './matrix.ts';
import type { LoraAlgebra } from './types.ts';

export const ia3: LoraAlgebra = {
  id: 'ia3',
  label: '(IA)³',
  params: ['weight', 'on_input'],
  accepts: (names) => names.has('weight') && names.has('on_input'),
  deltaShape(shapes, weight) {
    const channels = shapes.get('weight')!.reduce((product, side) => product * side, 1);
    return channels === weight[0] || channels === weight[1] ? weight : null;
  },
  rank: () => null,
  delta(params, weight) {
    const factors = params.get('weight')!.data;
    const onInput = params.get('on_input')!.data[0] !== 0;
    const kernel = kernelElements(weight.shape);
    const ins = weight.shape[1] ?? 1;
    const data = weight.data.map((value, i) => {
      const channel = Math.floor(i / kernel);
      return value * factors[onInput ? channel % ins : Math.floor(channel / ins)]!;
    });
    return { data, shape: weight.shape };
  },
};

/** Everything the page reads from the server. Nothing goes stale by time: the socket says what to read again. */
import { QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, getJson, postJson } from './api.ts';
import type {
  Extension,
  LatentUpscaleMode,
  Models,
  OptionSchema,
  OptionValues,
  Sampler,
  Scheduler,
  Status,
  TokenCount,
} from './api-types.ts';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (count, error) => ApiError.from(error).unreachable && count < 5,
        retryDelay: (count) => Math.min(500 * 2 ** count, 4000),
      },
    },
  });
}

const read = <T>(path: string) => ({
  queryFn: ({ signal }: { signal: AbortSignal }) => getJson<T>(path, signal),
});

export const useModels = () => useQuery({ queryKey: ['models'], ...read<Models>('api/models') });
export const useSamplers = () => useQuery({ queryKey: ['samplers'], ...read<Sampler[]>('api/samplers') });
export const useSchedulers = () =>
  useQuery({ queryKey: ['schedulers'], ...read<Scheduler[]>('api/schedulers') });
/** From A1111's API: fails where it is switched off or has a password of its own. */
export const useLatentUpscalers = () =>
  useQuery({
    queryKey: ['latent-upscalers'],
    ...read<LatentUpscaleMode[]>('sdapi/v1/latent-upscale-modes'),
  });
export const useOptions = () => useQuery({ queryKey: ['options'], ...read<OptionValues>('api/options') });
export const useOptionsSchema = () =>
  useQuery({ queryKey: ['options-schema'], ...read<OptionSchema[]>('api/options/schema') });
export const useExtensions = () =>
  useQuery({ queryKey: ['extensions'], ...read<Extension[]>('api/extensions') });
export const useStatus = () => useQuery({ queryKey: ['status'], ...read<Status>('api/status') });

export function useTokenCount(text: string) {
  return useQuery({
    queryKey: ['token-count', text],
    queryFn: ({ signal }) => postJson<TokenCount>('api/token-count', { text }, { signal }),
    placeholderData: (previous) => previous,
    gcTime: 10_000,
  });
}

/** Saves options, all or none. Throws `ApiError`, whose record names the option at fault. */
export function useSaveOptions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: OptionValues) => postJson<unknown>('api/options', values),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['options'] }),
        client.invalidateQueries({ queryKey: ['models'] }),
      ]),
  });
}

export function useRefreshModels() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => postJson<unknown>('api/models/refresh'),
    onSuccess: () => client.invalidateQueries({ queryKey: ['models'] }),
  });
}

/** A newcomer's way: the page, a prompt, a picture that forms, a file in outputs. Real server, engine and model. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPngText } from '#core/formats/png-text.ts';
import { parseGenerationParameters } from '#core/prompt/generation-parameters.ts';
import { removeDataFolder, startApp, type TestApp, until } from '../support/app.ts';
import { hasChromium, launchBrowser, openPage } from '../support/browser.ts';

let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  app = await startApp();
  if (hasChromium) browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await app.stop();
  await removeDataFolder(app.dataFolder);
});

const savedPictures = () =>
  readdirSync(join(app.dataFolder, 'outputs', 'txt2img-images'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.png'));

/** Binary Socket.IO messages that arrive while `work` runs: preview frames. */
async function countBinaryFrames(page: Page, work: () => Promise<void>): Promise<number> {
  let frames = 0;
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    if (response.opcode === 2) frames++;
  });
  await work();
  await session.detach();
  return frames;
}

/** Width of a picture's file in pixels, once it is decoded. */
function naturalWidth(picture: Locator): Promise<number> {
  return picture.evaluate(async (element) => {
    const image = element as unknown as { decode(): Promise<void>; naturalWidth: number };
    await image.decode();
    return image.naturalWidth;
  });
}

describe.skipIf(!hasChromium)('the first picture', () => {
  it('is painted from a prompt, seen forming, shown and saved with its settings', async () => {
    const { page, errors } = await openPage(browser, app.url);
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('a red apple');
    await page.getByRole('textbox', { name: 'Seed' }).fill('42');
    const picture = page.getByRole('button', { name: 'View full screen' }).locator('img');
    // The page's socket was opened before the listener: reload, so that frames are counted from the first.
    const frames = await countBinaryFrames(page, async () => {
      await page.reload();
      await page.getByRole('textbox', { name: 'Prompt', exact: true }).press('Control+Enter');
      await page.getByRole('progressbar', { name: 'Painting' }).waitFor();
      await picture.waitFor({ timeout: 60_000 });
    });
    expect(frames).toBeGreaterThan(0);
    expect(await naturalWidth(picture)).toBe(128);

    const [file] = savedPictures();
    const infotext = readPngText(readFileSync(join(app.dataFolder, 'outputs', 'txt2img-images', file!))).get(
      'parameters',
    );
    const parsed = parseGenerationParameters(infotext!);
    expect(parsed).toMatchObject({
      Prompt: 'a red apple',
      Seed: '42',
      Model: 'tapestry-emoji',
      'Size-1': '128',
    });
    const [job] = (await (await fetch(`${app.url}/api/jobs`)).json()) as {
      request: Record<string, unknown>;
    }[];
    expect(parsed).toMatchObject({
      Steps: String(job!.request.steps),
      Sampler: job!.request.sampler_name,
      'CFG scale': String(job!.request.cfg_scale),
    });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('keeps its form over a reload, and a second browser sees the same queue', async () => {
    const { page } = await openPage(browser, app.url);
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('a fox that stays');
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Prompt', exact: true }).inputValue()).toBe(
      'a fox that stays',
    );
    const second = await browser.newContext();
    const other = await second.newPage();
    await other.goto(app.url);
    await other.getByRole('button', { name: 'Generate' }).waitFor();
    await page.getByRole('textbox', { name: 'Steps' }).first().fill('150');
    await page.getByRole('button', { name: 'Generate' }).click();
    await other.getByRole('progressbar', { name: 'Painting' }).waitFor({ timeout: 20_000 });
    await other.getByRole('button', { name: 'Interrupt' }).click();
    await page.getByRole('button', { name: 'View full screen' }).waitFor({ timeout: 20_000 });
    await second.close();
    await page.close();
  });

  it('shows an error at the field it names', async () => {
    const { page } = await openPage(browser, app.url);
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('a fox');
    await page.route('**/api/jobs', async (route) => {
      const body = { ...(route.request().postDataJSON() as object), width: 100_000 };
      await route.continue({ postData: JSON.stringify(body) });
    });
    await page.getByRole('button', { name: 'Generate' }).click();
    await page.getByText('1 to 8192').first().waitFor();
    await page.close();
  });

  it('catches up by itself after the app was killed and started again', async () => {
    const { page } = await openPage(browser, app.url);
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('a star after the storm');
    await page.getByRole('textbox', { name: 'Steps' }).first().fill('120');
    await page.getByRole('button', { name: 'Generate' }).click();
    await page.getByRole('progressbar', { name: 'Painting' }).waitFor();
    const port = Number(new URL(app.url).port);
    await app.kill();
    app = await startApp({ dataFolder: app.dataFolder, port });
    await page.getByRole('img', { name: 'a star after the storm' }).first().waitFor({ timeout: 60_000 });
    await until(() => savedPictures().length > 0);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has no accessibility violations, %s', async (colorScheme) => {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Generate' }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await context.close();
  });
});

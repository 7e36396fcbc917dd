/** Hires fix from the page: the form's switch, the enlarged picture, its settings back in the form. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDataFolder, startApp, type TestApp } from '../support/app.ts';
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

describe.skipIf(!hasChromium)('hires fix', () => {
  it('enlarges the picture, whose settings switch it on again', async () => {
    const { page, errors } = await openPage(browser, app.url);
    const title = page.getByRole('button', { name: /^Hires\. fix/ });
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('a red apple');
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('4');
    await title.click();
    await page.getByLabel('Enable Hires. fix').check({ force: true });
    await page.getByRole('combobox', { name: 'Upscaler' }).click();
    await page.getByRole('option', { name: 'Latent (nearest-exact)' }).click();
    await page.getByRole('textbox', { name: 'Upscale by' }).fill('1.5');
    await page.getByText('to 192×192').waitFor();
    await page.getByRole('button', { name: 'Generate' }).click();
    await page.getByText('192 × 192').waitFor({ timeout: 60_000 });

    await page.getByRole('button', { name: 'Reset to defaults' }).click();
    await expect.poll(() => page.getByText('to 192×192').count()).toBe(0);
    await page.getByRole('button', { name: 'Use these settings' }).click();
    await page.getByText('to 192×192').waitFor();
    expect(await page.getByRole('combobox', { name: 'Upscaler' }).inputValue()).toBe(
      'Latent (nearest-exact)',
    );
    expect(errors).toEqual([]);
    await page.close();
  });

  it('says what is wrong at its own field', async () => {
    const { page } = await openPage(browser, app.url);
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('a red apple');
    await page.getByRole('button', { name: /^Hires\. fix/ }).click();
    await page.getByLabel('Enable Hires. fix').check({ force: true });
    const field = page.getByRole('textbox', { name: 'Resize width to' });
    await field.fill('4');
    await page.getByRole('button', { name: 'Generate' }).click();
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText(/8 to 8192 pixels/).count()).toBe(1);
    await page.close();
  });
});

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Verdigris, the green of old copper and of dyed wool. */
const verdigris: MantineColorsTuple = [
  '#e8f6f2',
  '#cfebe3',
  '#a4d9cb',
  '#79c8b3',
  '#58b8a0',
  '#3aa289',
  '#2b8871',
  '#1d6f5c',
  '#16594a',
  '#0f4338',
];

/** Undyed wool: greys with a little warmth. Light from 0 to 4, dark from 5 on. */
const gray: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ef',
  '#eae7e2',
  '#dcd8d1',
  '#c7c2b9',
  '#9b958b',
  '#666058',
  '#4a4640',
  '#322f2b',
  '#1f1d1b',
];

const dark: MantineColorsTuple = [
  '#ebe8e3',
  '#cfcbc4',
  '#a6a199',
  '#8c877f',
  '#3b3834',
  '#2d2b28',
  '#232120',
  '#191817',
  '#131211',
  '#0d0c0c',
];

export const theme = createTheme({
  primaryColor: 'verdigris',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  colors: { verdigris, gray, dark },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  fontFamily:
    'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '20px', xl: '28px' },
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, fz: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 30 } },
    TextInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    TagsInput: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Slider: { defaultProps: { size: 3, thumbSize: 13 } },
    Button: { defaultProps: { size: 'xs' } },
  },
});

/** Surfaces and text whose contrast Mantine's own choices do not reach on these greys. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fdfcfb',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-placeholder': '#6f6a62',
    '--mantine-color-dimmed': '#666058',
    '--surface': '#ffffff',
    '--surface-sunk': '#f4f2ef',
    '--line': '#e5e1db',
    '--accent': '#1d6f5c',
    '--accent-soft': '#e3f1ed',
    '--alert-surface': '#fdf0ee',
    '--alert-line': '#eec4bf',
  },
  dark: {
    '--mantine-color-error': '#ff9a90',
    '--mantine-color-placeholder': '#8f8a82',
    '--mantine-color-dimmed': '#a6a199',
    '--surface': '#1f1e1c',
    '--surface-sunk': '#131211',
    '--line': '#2f2d2a',
    '--accent': '#58b8a0',
    '--accent-soft': '#1f322d',
    '--alert-surface': '#2c1e1c',
    '--alert-line': '#563530',
  },
});

import { Alert, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { shortReason } from '../../components/short-reason.ts';
import { ApiError } from '../../data/api.ts';
import { useOptions, useOptionsSchema } from '../../data/queries.ts';
import { ApplyBar } from './apply-bar.tsx';
import { OptionRow } from './option-row.tsx';
import { type Section, searchOptions, toSections } from './sections.ts';
import classes from './settings-tab.module.css';
import { type SettingsDraft, useSettingsDraft } from './use-settings-draft.ts';

/** Every option that does something, as the server declares them. */
export function SettingsTab() {
  const schema = useOptionsSchema();
  const options = useOptions();
  const draft = useSettingsDraft();
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const sections = useMemo(() => toSections(schema.data ?? []), [schema.data]);
  const shown = useMemo(
    () =>
      search.trim() === ''
        ? sections.filter(({ title }) => title === (open ?? sections[0]?.title))
        : toSections(searchOptions(schema.data ?? [], search)),
    [sections, schema.data, search, open],
  );
  const faulty = draft.problem?.field;
  useEffect(() => {
    const option = schema.data?.find(({ key }) => key === faulty);
    if (option === undefined) return;
    setSearch('');
    setOpen(option.section);
    requestAnimationFrame(() =>
      document.querySelector(`[data-field="${CSS.escape(option.key)}"]`)?.scrollIntoView({ block: 'center' }),
    );
  }, [faulty, schema.data]);
  const error = schema.error ?? options.error;
  return (
    <div className={classes.page}>
      <nav className={classes.side} aria-label="Settings sections">
        <TextInput
          aria-label="Search settings"
          placeholder="Search"
          leftSection={<IconSearch size={14} stroke={1.7} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className={classes.sections}>
          {sections.map(({ title }) => (
            <button
              key={title}
              type="button"
              className={classes.section}
              aria-current={search.trim() === '' && title === (open ?? sections[0]?.title)}
              onClick={() => {
                setSearch('');
                setOpen(title);
              }}
            >
              {title}
            </button>
          ))}
        </div>
      </nav>
      <section
        className={classes.list}
        aria-label="Settings"
        aria-busy={schema.isPending || options.isPending}
      >
        <div className={classes.inner}>
          {error && <Alert color="red">{ApiError.from(error).message}</Alert>}
          {schema.data && options.data && <OptionList sections={shown} draft={draft} />}
        </div>
      </section>
      <ApplyBar draft={draft} schema={schema.data ?? []} />
    </div>
  );
}

function OptionList({ sections, draft }: { sections: Section[]; draft: SettingsDraft }) {
  if (sections.length === 0) return <p className={classes.nothing}>No setting has these words.</p>;
  return sections.flatMap(({ pages }) =>
    pages.map(({ title, options }) => (
      <div key={title}>
        <h2 className={classes.heading}>{title}</h2>
        {options.map((option) => (
          <OptionRow
            key={option.key}
            option={option}
            value={draft.values[option.key]}
            changed={option.key in draft.changes}
            error={draft.problem?.field === option.key ? shortReason(draft.problem) : null}
            onChange={(value) => draft.change(option.key, value)}
          />
        ))}
      </div>
    )),
  );
}

import classes from './txt2img.module.css';

/** The lines of the page before its script runs. */
export function Txt2ImgFrame() {
  return (
    <div className={classes.page} aria-busy="true">
      <div className={classes.form} />
    </div>
  );
}

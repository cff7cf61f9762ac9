// Scores a questionnaire on the phone: the same JSON, the same vectors and the same answers as core/questionnaires/scoring.py.
// null is unknown. Nothing here says that a child is well: `reached: false` only says that no hint came of these points.

const GENERAL = "general";

/** Whether an age in full years lies in a range; null where the age is unknown and would matter. */
export function admits(ages, age) {
  if (ages.first === null && ages.last === null) return true;
  if (age === null) return null;
  return (ages.first === null || age >= ages.first) && (ages.last === null || age <= ages.last);
}

/** What answers (points by item; absent or null is unanswered) come to. Throws RangeError naming the items that do not fit. */
export function score(asked, answers, { age = null, population = GENERAL } = {}) {
  check(asked, answers);
  const blanks = asked.items.filter((item) => isBlank(answers, item));
  const scored = blanks.length <= asked.blanks_at_most;
  const measured = asked.scales.map((scale) =>
    measure(asked, scale, answers, scored, cutOffsFor(asked, scale.code, population, age)),
  );
  return { questionnaire: asked.code, measured, blanks, scored, flags: raisedFlags(asked, answers) };
}

function isBlank(answers, item) {
  return !Object.hasOwn(answers, item) || answers[item] === null;
}

function check(asked, answers) {
  const strange = Object.keys(answers).filter((item) => !asked.items.includes(item));
  const outside = asked.items.filter((item) => !isBlank(answers, item) && !asked.points.includes(answers[item]));
  if (strange.length || outside.length) throw new RangeError([...strange, ...outside].join(","));
}

function cutOffsFor(asked, scale, population, age) {
  const ofScale = asked.cut_offs.filter((one) => one.scale === scale);
  const own = ofScale.filter((one) => one.population === population);
  const chosen = own.length ? own : ofScale.filter((one) => one.population === GENERAL);
  return chosen.filter((one) => admits(one.ages, age) !== false);
}

function measure(asked, scale, answers, scored, cutOffs) {
  const given = scale.items.filter((item) => !isBlank(answers, item));
  const known = given.reduce((sum, item) => sum + answers[item], 0);
  const open = scale.items.length - given.length;
  const atLeast = (known + open * Math.min(...asked.points)) * scale.times;
  const atMost = (known + open * Math.max(...asked.points)) * scale.times;
  const points = scored ? known * scale.times : null;
  const below = points === null ? [] : scale.bands.filter((low) => low <= points);
  const hint = reached(points === null ? [atLeast, atMost] : [points], cutOffs);
  return {
    scale: scale.code,
    points,
    at_least: atLeast,
    at_most: atMost,
    band: below.length ? Math.max(...below) : null,
    reached: points === null && !hint ? null : hint,
  };
}

/** Certain only where every value that could hold says the same, at both ends of what the points may be. */
function reached(ends, cutOffs) {
  if (cutOffs.some((one) => !one.values.length)) return null;
  const verdicts = new Set();
  for (const one of cutOffs) {
    for (const value of one.values) {
      for (const points of ends) verdicts.add(one.low ? points <= value : points >= value);
    }
  }
  return verdicts.size === 1 ? [...verdicts][0] : null;
}

/** By kind of flag: true when any item of it asks for a person, null when one is blank and none does, else false. */
function raisedFlags(asked, answers) {
  const flags = {};
  for (const { kind, item, at_least: from } of asked.flags) {
    const raised = isBlank(answers, item) ? null : answers[item] >= from;
    if (!Object.hasOwn(flags, kind) || flags[kind] === false) flags[kind] = raised;
    else if (raised === true) flags[kind] = true;
  }
  return flags;
}

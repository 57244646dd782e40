// Finds elements by role and accessible name. This runs in the page, so it uses nothing outside itself.

/** One step from elements to some of their descendants. */
export interface Step {
  role?: string;
  /** The whole accessible name, or a pattern between slashes. */
  name?: string;
  css?: string;
  /** Keeps only elements that contain this text. */
  containing?: string;
  /** Keeps the element at this place, from the end if negative. */
  nth?: number;
}

/** A question about the found elements. */
export type Question = "count" | "text" | "value" | "focused" | "place" | "focus" | "checked" | "all" | "keep" | `@${string}`;

/** Answers a question about the first found element, or about all. `null` if there is none. */
export function find(steps: Step[], question: Question): unknown {
  const roles: Record<string, string> = {
    alert: "[role=alert]",
    article: "article",
    button: "button, [role=button], summary",
    cell: "td",
    checkbox: "input[type=checkbox]",
    combobox: "select, [role=combobox]",
    dialog: "dialog, [role=dialog]",
    heading: "h1, h2, h3, h4, h5, h6",
    img: "img, [role=img]",
    link: "a[href]",
    list: "ul, ol",
    listitem: "li",
    log: "[role=log]",
    main: "main",
    navigation: "nav",
    option: "option",
    row: "tr",
    searchbox: "input[type=search]",
    status: "[role=status], output",
    table: "table",
    textbox: "textarea, input:not([type]), input[type=text], input[type=number]",
  };
  const tidy = (text: string | null | undefined) => (text ?? "").replace(/\s+/g, " ").trim();
  const shown = (element: Element) =>
    element.matches("option") || (element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true], [inert]"));
  const words = (element: Element): string => {
    const copy = element.cloneNode(true) as Element;
    for (const hidden of copy.querySelectorAll("[aria-hidden=true]")) hidden.remove();
    return tidy(copy.textContent);
  };
  const name = (element: Element): string => {
    const label = element.getAttribute("aria-label");
    if (label !== null) return tidy(label);
    const by = element.getAttribute("aria-labelledby");
    if (by) return tidy(by.split(/\s+/).map((id) => document.getElementById(id)?.textContent).join(" "));
    const labels = (element as HTMLInputElement).labels;
    if (labels?.length) return tidy([...labels].map((label) => label.textContent).join(" "));
    const named = element.querySelector(":scope > caption, :scope > legend");
    if (named) return tidy(named.textContent);
    return tidy(element.getAttribute("alt") ?? "") || words(element) || tidy(element.getAttribute("title"));
  };
  const isNamed = (element: Element, wanted: string) =>
    /^\/.*\/$/.test(wanted) ? new RegExp(wanted.slice(1, -1)).test(name(element)) : name(element) === wanted;

  let found: Element[] = [document.documentElement];
  for (const step of steps) {
    const selector = step.css ?? roles[step.role ?? ""] ?? `[role=${step.role}]`;
    let next = [...new Set(found.flatMap((element) => [...element.querySelectorAll(selector)]))];
    next = next.filter((element) => step.css || shown(element));
    if (step.name !== undefined) next = next.filter((element) => isNamed(element, step.name!));
    if (step.containing !== undefined) next = next.filter((element) => tidy(element.textContent).includes(step.containing!));
    if (step.nth !== undefined) next = next.slice(step.nth, step.nth + 1 || undefined);
    found = next;
  }
  if (question === "count") return found.length;
  if (question === "all") return found.map((element) => tidy(element.textContent));
  const element = found[0] as HTMLElement | undefined;
  if (!element) return null;
  if (question.startsWith("@")) return element.getAttribute(question.slice(1));
  if (question === "text") return tidy(element.textContent);
  if (question === "value") return (element as HTMLInputElement).value;
  if (question === "checked") return (element as HTMLInputElement).checked;
  if (question === "focused") return element === document.activeElement;
  if (question === "keep") return Reflect.set(window, "part", element);
  if (question === "focus") return element.focus();
  // Its middle, once no other element covers it.
  element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  const { x, y, width, height } = element.getBoundingClientRect();
  const place = { x: x + width / 2, y: y + height / 2 };
  const hit = document.elementFromPoint(place.x, place.y);
  return hit && (element.contains(hit) || hit.contains(element)) && width && height ? place : null;
}

// Figures as SVG: shapes with attributes of their own, so that a saved one looks as on the page.
const SVG = "http://www.w3.org/2000/svg";
const shape = (tag, attributes, text) => {
	const made = document.createElementNS(SVG, tag);
	for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
	if (text !== undefined) made.textContent = text;
	return made;
};

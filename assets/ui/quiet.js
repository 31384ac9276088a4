// Runs before the page. Gradio (6.31) writes its live plots for Vega-Lite 5.17 and draws them with the
// Vega-Lite 6.4 that it brings, and Vega warns of that at every drawing; what is written for the plots
// is Gradio's alone, and so is Vega's logger. So this one sentence is left out of the console; every
// other warning passes.
(() => {
	const VERSIONS =
		/^The input spec uses Vega-Lite v[\d.]+, but the current version of Vega-Lite is v[\d.]+\.$/;
	const warn = console.warn;
	console.warn = (...said) => {
		if (said.length === 2 && said[0] === "WARN" && VERSIONS.test(said[1])) return;
		warn.apply(console, said);
	};
})();

// An idle page draws nothing. Gradio (6.31) destroys its loading screen while the timer in it still
// runs, and that timer then asks for every animation frame for as long as the page is open: 5 % of
// a core that the training could use. So a chain of frames that began under the loading screen is
// cut two seconds after the tabs have come.
(() => {
	const AFTER = 2000; // milliseconds
	const ask = window.requestAnimationFrame.bind(window);
	let shown = Infinity; // when the tabs came
	let chain = null; // when the chain of frames began that is at work now
	window.requestAnimationFrame = (callback) => {
		const now = performance.now();
		if (shown === Infinity && document.getElementById("tabs")) shown = now;
		const began = chain ?? now;
		if (began < shown && now > shown + AFTER) return 0;
		return ask((time) => {
			chain = began;
			try {
				callback(time);
			} finally {
				chain = null;
			}
		});
	};
})();

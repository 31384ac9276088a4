() => `${document.body.classList.contains("dark") ? "dark" : "light"} ${window.innerWidth}`

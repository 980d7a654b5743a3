package github

// App is Holdpoint's GitHub App: the one way to GitHub. It is safe for
// concurrent use.
type App struct {
	config Config
}

// New checks the configuration. It makes no call.
func New(config Config) (*App, error) {
	config, err := config.addresses()
	if err != nil {
		return nil, err
	}
	return &App{config: config}, nil
}

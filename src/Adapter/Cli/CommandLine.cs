using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Bridge.Adapter.Cli.BugReport;
using Bridge.Adapter.Cli.Cni;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Cli.History;
using Bridge.Adapter.Cli.Manual;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Reachability;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary>
/// The commands of <c>cnm-cni</c>. Exit codes: 0 it worked; 1 it did not (the daemon does not answer, a check failed);
/// 2 the command line or the settings file is wrong.
/// </summary>
internal static class CommandLine
{
    private static readonly Argument<string[]> Targets = new Argument<string[]>("TARGET")
    {
        Description = "A container's name or id, or an endpoint id or the beginning of one. Without any: every attachment.",
        Arity = ArgumentArity.ZeroOrMore,
        CompletionSources = { Completions.Containers },
    }.Named();

    private static readonly Option<string?> LogFile = new("--log-file")
    {
        Description = "Log to this file instead of standard output. At 16 MiB it is renamed to FILE.1; SIGHUP reopens it.",
        HelpName = "FILE",
    };

    /// <summary>
    /// Parses and runs a command. Expected failures become an error text on standard error and an exit code.
    /// </summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="serve">Runs the daemon until it is stopped.</param>
    /// <param name="console">Where output goes; the process's own streams by default.</param>
    /// <param name="variables">Answers environment variables; the process's own by default.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    public static async Task<int> RunAsync(
        string[] arguments,
        Func<AdapterSettings, CancellationToken, Task<int>> serve,
        InvocationConfiguration? console = null,
        Func<string, string?>? variables = null,
        CancellationToken cancellationToken = default)
    {
        if (console is null)
            StandardStreams.Occupy();

        // Console's own writers would prepare the terminal for programs that read keys.
        console ??= new InvocationConfiguration { Output = Utf8(Console.OpenStandardOutput()), Error = Utf8(Console.OpenStandardError()) };
        (console.Output, console.Error) = (new PrintableWriter(console.Output), new PrintableWriter(console.Error, mayBeLost: true));
        // serve handles SIGTERM itself and takes the time it needs; the other commands may end at once.
        console.ProcessTerminationTimeout = null;
        console.EnableDefaultExceptionHandler = false;
        var environment = new CniEnvironment(variables ?? Environment.GetEnvironmentVariable);
        try
        {
            return await RunAsync(arguments, serve, console, environment, cancellationToken);
        }
        catch (OutputException unwritten)
        {
            await console.Error.WriteLineAsync(JournalStream.Error(unwritten.Message));
            return ExitCodes.Failure;
        }
    }

    private static async Task<int> RunAsync(
        string[] arguments, Func<AdapterSettings, CancellationToken, Task<int>> serve, InvocationConfiguration console,
        CniEnvironment environment, CancellationToken cancellationToken)
    {
        if (arguments is [CompletionProtocol.Name, .. var question])
        {
            CompletionProtocol.Answer(question, words => Build(words, serve, environment), console.Output);
            return ExitCodes.Success;
        }

        var parsed = Build(arguments, serve, environment).Parse(arguments);
        if (CniCommand.Owns(parsed))
            return await CniCommand.InvokeAsync(parsed, console, cancellationToken);

        if (parsed.Action is ParseErrorAction && parsed.Tokens.Count > 0)
        {
            await console.Error.WriteLineAsync(JournalStream.Error(UsageError.Of(parsed)));
            return ExitCodes.Misuse;
        }

        // It removes first what it has made.
        if (parsed.CommandResult.Command.Name == TestCommand.Name)
            console.ProcessTerminationTimeout = Timeout.InfiniteTimeSpan;

        try
        {
            var exitCode = await parsed.InvokeAsync(console, cancellationToken);
            return parsed.Errors.Count > 0 ? ExitCodes.Misuse : exitCode;
        }
        catch (SettingsException wrong)
        {
            await console.Error.WriteLineAsync(JournalStream.Error(wrong.Message));
            return ExitCodes.Misuse;
        }
        catch (Exception failed) when (failed is ControlException or DockerException or ServiceException or TrialException)
        {
            await console.Error.WriteLineAsync(JournalStream.Error(failed.Message));
            return ExitCodes.Failure;
        }
        catch (CnmException refused)
        {
            // Written to follow Docker's own text; here it begins the line.
            await console.Error.WriteLineAsync(
                JournalStream.Error($"{char.ToUpperInvariant(refused.Message[0])}{refused.Message[1..]}"));
            return ExitCodes.Failure;
        }
    }

    private static StreamWriter Utf8(Stream stream) => new(stream) { AutoFlush = true };

    /// <param name="arguments">The command that they name is built without the others; all are if they name none.</param>
    /// <param name="serve">Runs the daemon until it is stopped.</param>
    /// <param name="environment">What the command line leaves out.</param>
    internal static RootCommand Build(
        string[] arguments, Func<AdapterSettings, CancellationToken, Task<int>> serve, CniEnvironment environment)
    {
        var root = new RootCommand(
            "Puts Docker containers on CNI networks: a Docker network driver that runs ordinary CNI plugins.");
        root.Options.OfType<HelpOption>().Single().Action = new HelpPage();
        return root.With(arguments.FirstOrDefault(),
            ("serve", () => Serve(serve)),
            ("networks", NetworksCommand.Build),
            ("status", StatusCommand.Build),
            ("inspect", InspectCommand.Build),
            ("events", EventsCommand.Build),
            ("log", LogCommand.Build),
            ("bugreport", BugReportCommand.Build),
            ("check", Check),
            ("reload", ReloadCommand.Build),
            ("repair", RepairCommand.Build),
            ("settle", SettleCommand.Build),
            (TestCommand.Name, TestCommand.Build),
            ("metrics", MetricsCommand.Build),
            ("cni", () => CniCommand.Build(arguments.ElementAtOrDefault(1), environment)),
            ("doctor", DoctorCommand.Build),
            (UiCommand.Name, UiCommand.Build),
            ("settings", SettingsCommand.Build),
            ("completion", CompletionCommand.Build),
            ("man", () => ManualCommand.Build(() => Build([], serve, environment), environment.Named)),
            ("version", Version));
    }

    private static Command Serve(Func<AdapterSettings, CancellationToken, Task<int>> serve)
    {
        var command = new Command("serve", "Run the driver: listen on Docker's plugin socket until SIGTERM. Needs root.")
            { LogFile, Config };
        command.SetAction((parsed, cancellationToken) =>
            serve(Logging(OwnSettingsOf(parsed), parsed.GetValue(LogFile)), cancellationToken));
        return command;
    }

    private static AdapterSettings Logging(AdapterSettings settings, string? file) =>
        file is { Length: > 0 } ? settings with { Log = settings.Log with { File = Path.GetFullPath(file) } } : settings;

    private static Command Check()
    {
        var command = new Command("check", "Run CNI CHECK for running containers. Exit code 1 when one fails.") { Targets, Json, Config };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = SettingsOf(parsed);
            using var daemon = new ControlClient(settings.Socket);
            var targets = await ContainerIds.NamesOfAsync(parsed.GetValue(Targets) ?? [], settings, cancellationToken);
            var response = await daemon.CheckAsync(new CheckRequest(targets), cancellationToken);
            CheckReport.Write(response, parsed.GetValue(Json), parsed.InvocationConfiguration.Output);
            return response.Results.Any(result => result.Outcome == CheckOutcome.Failed) ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }

    private static Command Version()
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine(
            ProgramVersion.Commit is { } commit
            ? $"cnm-cni {ProgramVersion.Number} (commit {commit})"
            : $"cnm-cni {ProgramVersion.Number}"));
        return command;
    }
}

internal static class CommandTree
{
    /// <summary>
    /// Adds the subcommand that a word names, without building the others; all of them if it names none, as for help, completion and
    /// errors.
    /// </summary>
    public static T With<T>(this T command, string? word, params ReadOnlySpan<(string Name, Func<Command> Build)> subcommands)
        where T : Command
    {
        foreach (var (name, build) in subcommands)
        {
            if (name == word)
            {
                command.Add(build());
                return command;
            }
        }

        foreach (var (_, build) in subcommands)
            command.Add(build());

        return command;
    }
}

internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The daemon or Docker does not answer, or refuses; a check failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the settings file is wrong.</summary>
    public const int Misuse = 2;
}

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string?> Config { get; } = new("--config")
    {
        Description = $"The settings file (YAML). Without it: {SettingsFile.DefaultPath}, if there is one.",
        HelpName = "FILE",
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON instead of tables." };

    /// <summary>
    /// Refuses an empty name, as of an unset variable of a shell. It would be taken for every name, and by some commands for none given.
    /// </summary>
    public static Argument<T> Named<T>(this Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                result.AddError($"{argument.Name} is empty.");
        });
        return argument;
    }

    /// <summary><c>--timeout DURATION</c>, 60 s by default.</summary>
    public static Option<string> TimeoutOption(string description)
    {
        var option = new Option<string>("--timeout")
        {
            Description = description,
            HelpName = "DURATION",
            DefaultValueFactory = _ => "60s",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && SettingsText.ParseDuration(given) is null)
                result.AddError($"--timeout {given}: a number with a unit is expected: 500ms, 30s, 5m.");
        });
        return option;
    }

    /// <summary>For a command that may ask the daemon: on the host of a managed plugin that is the plugin.</summary>
    /// <inheritdoc cref="HostRoot.Load" path="/exception"/>
    public static AdapterSettings SettingsOf(ParseResult parsed) => ManagedPlugin.Reached(OwnSettingsOf(parsed));

    /// <inheritdoc cref="HostRoot.Load"/>
    public static AdapterSettings OwnSettingsOf(ParseResult parsed) => HostRoot.Load(parsed.GetValue(Config));
}

using System.CommandLine;

namespace Bridge.Adapter.Cli.Completion;

/// <summary><c>cnm-cni completion SHELL</c>: the script with which a shell completes command lines of cnm-cni.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Build()
    {
        var shell = new Argument<string>("SHELL")
        {
            Description = "bash, zsh or fish.",
            HelpName = "SHELL",
            CompletionSources = { Shells },
        };
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }] && !Shells.Contains(name))
                result.AddError($"{name} is none of the shells {string.Join(", ", Shells)}.");
        });
        var command = new Command("completion",
            "Print a script with which a shell completes cnm-cni's commands, options, and names of networks and containers.") { shell };
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(Script(parsed.GetRequiredValue(shell))));
        return command;
    }

    // The scripts are resources, so that shells and their checkers can read them as files.
    private static string Script(string shell)
    {
        using var script = new StreamReader(typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion.{shell}")!);
        return script.ReadToEnd();
    }
}

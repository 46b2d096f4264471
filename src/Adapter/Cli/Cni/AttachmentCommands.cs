using System.CommandLine;
using CniInvoker;
using static Bridge.Adapter.Cli.Cni.AttachmentArguments;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>ADD, CHECK and DEL of one attachment.</summary>
internal static class AttachmentCommands
{
    public static Command Add(CniEnvironment environment) => Build(
        "add",
        "Attach a network namespace to a network (ADD). Prints the result.",
        environment,
        async (client, network, attachment, output, cancellationToken) =>
            output.WriteLine(CniJson.Text((await client.AddAsync(network, attachment, cancellationToken)).Json)));

    public static Command Check(CniEnvironment environment) => Build(
        "check",
        "Ask the plugins whether an attachment is still as add made it (CHECK). Prints nothing if it is.",
        environment,
        (client, network, attachment, _, cancellationToken) => client.CheckAsync(network, attachment, cancellationToken));

    public static Command Delete(CniEnvironment environment) => Build(
        "del",
        "Detach it (DEL). May be repeated, and the namespace may be gone.",
        environment,
        (client, network, attachment, _, cancellationToken) => client.DeleteAsync(network, attachment, cancellationToken));

    private static Command Build(
        string name, string description, CniEnvironment environment, Func<CniClient, string, Attachment, TextWriter, CancellationToken, Task> run)
    {
        var command = new Command(name, description) { Network, Netns, InterfaceName, ContainerId, Config };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = parsed.InvocationConfiguration;
            var attachment = Read(parsed, environment);
            var client = CniClients.Of(SettingsOf(parsed), environment, console.Error);
            await run(client, parsed.GetRequiredValue(Network), attachment, console.Output, cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }
}

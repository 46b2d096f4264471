using System.CommandLine;
using Bridge.Adapter.Control;
using CniInvoker;
using static Bridge.Adapter.Cli.Cni.AttachmentArguments;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>ADD, CHECK and DEL of one attachment.</summary>
internal static class AttachmentCommands
{
    private static readonly Option<bool> Forget = new("--forget")
    {
        Description = "Forget an attachment whose DEL can never succeed. Only the IPAM plugin is asked to release its addresses; what " +
            "the other plugins made stays.",
    };

    public static Command Add(CniEnvironment environment) => Build(
        "add",
        "Attach a network namespace to a network (ADD). Prints the result.",
        environment,
        async (client, network, attachment, console, cancellationToken) =>
        {
            // Settings in a file that no plugin receives.
            foreach (var warning in client.Networks().Find(network)?.Warnings ?? [])
                await console.Error.WriteLineAsync($"Warning: {warning.File}: {warning.Message}");

            console.Output.WriteLine(CniJson.Text((await AddAsync(client, network, attachment, cancellationToken)).Json));
        });

    public static Command Check(CniEnvironment environment) => Build(
        "check",
        "Ask the plugins whether an attachment is still as add made it (CHECK). Prints nothing if it is, and on standard error why they " +
        "were not asked.",
        environment,
        (client, network, attachment, console, cancellationToken) =>
            CheckAsync(client, network, attachment, console.Error, cancellationToken));

    public static Command Delete(CniEnvironment environment)
    {
        var command = new Command("del", "Detach it (DEL). May be repeated, and the namespace may be gone.")
            { Network, Netns, InterfaceName, ContainerId, PluginVariableOption.Variables, Forget, Config };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, environment, (client, network, attachment, console) => parsed.GetValue(Forget)
                ? ForgetAsync(client, network, attachment, console.Error, cancellationToken)
                : client.DeleteAsync(network, attachment, cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<CniResult> AddAsync(
        CniClient client, string network, Attachment attachment, CancellationToken cancellationToken)
    {
        try
        {
            return await client.AddAsync(network, attachment, cancellationToken);
        }
        catch (CniException failed) when (failed.CleanupFailure is not null)
        {
            throw await new FailedAddition(client, network, attachment).UndoneAsync(failed);
        }
    }

    private static async Task CheckAsync(
        CniClient client, string network, Attachment attachment, TextWriter error, CancellationToken cancellationToken)
    {
        var id = new AttachmentId(network, attachment.ContainerId, attachment.InterfaceName);
        var remembered = client.Attachments().Attachments.FirstOrDefault(stored => stored.Id == id && stored.IsComplete)?.Network;
        if (remembered?.CheckUnavailableReason is { } reason)
        {
            await error.WriteLineAsync($"Skipped, no plugin was asked: {reason}.");
            return;
        }

        try
        {
            await client.CheckAsync(network, attachment, cancellationToken);
        }
        catch (CniException failed) when (remembered is not null && CheckFaults.Of(failed, remembered) is { } fault)
        {
            await error.WriteLineAsync($"Skipped from plugin {failed.Plugin} on: {fault}.");
        }
    }

    private static async Task ForgetAsync(
        CniClient client, string network, Attachment attachment, TextWriter error, CancellationToken cancellationToken)
    {
        var failure = await client.ForgetAsync(network, attachment, cancellationToken);
        await error.WriteLineAsync($"Forgotten without DEL of its plugins: what they made stays until you remove " +
            $"it.{(failure is null ? "" : $" Its addresses stay taken: {failure.Message}")}");
    }

    private static Command Build(
        string name, string description, CniEnvironment environment,
        Func<CniClient, string, Attachment, InvocationConfiguration, CancellationToken, Task> run)
    {
        var command = new Command(name, description) { Network, Netns, InterfaceName, ContainerId, PluginVariableOption.Variables, Config };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, environment, (client, network, attachment, console) => run(client, network, attachment, console, cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, CniEnvironment environment, Func<CniClient, string, Attachment, InvocationConfiguration, Task> run,
        CancellationToken cancellationToken)
    {
        var console = parsed.InvocationConfiguration;
        var attachment = Read(parsed, environment, mayBeGone: parsed.CommandResult.Command.Name == "del");
        var client = await CniClientFactory.OfAsync(
            SettingsOf(parsed), environment, console.Error, PluginVariableOption.Read(parsed, environment), sparesAll: false,
            cancellationToken);
        await run(client, parsed.GetRequiredValue(Network), attachment, console);
        return ExitCodes.Success;
    }
}

using System.CommandLine;
using System.Text.Json;
using CniInvoker;
using static Bridge.Adapter.Cli.Cni.AttachmentArguments;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>GC of one network. What the daemon has attached there stays by itself.</summary>
internal static class GarbageCommand
{
    private static readonly Option<string[]> Keep = new("--keep")
    {
        Description = "An attachment that stays. Without IFNAME: every remembered one of that container, or eth0 if none is. Can be given several times.",
        HelpName = "ID[/IFNAME]",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Allows that no attachment stays." };

    public static Command Build(CniEnvironment environment)
    {
        var command = new Command(
            "gc",
            "Delete the attachments of a network that are remembered but not named with --keep, then tell the plugins which remain (GC, from " +
            "version 1.1.0): they may remove whatever else is on the network, except what the daemon has attached. Prints what was deleted.")
        {
            Network, Keep, Force, PluginVariableOption.Variables, Config,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Keep) is null && !result.GetValue(Force))
                result.AddError("Say with --keep which attachments stay, or with --force that none does.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = parsed.InvocationConfiguration;
            var network = parsed.GetRequiredValue(Network);
            var client = CniClients.Of(SettingsOf(parsed), environment, console.Error, PluginVariableOption.Read(parsed, environment), sparesAll: true);
            var kept = KeptAttachments.Read(parsed.GetValue(Keep) ?? [], network, client);
            var deleted = await client.CollectGarbageAsync(network, kept, parsed.GetValue(Force), cancellationToken);
            console.Output.WriteLine(JsonSerializer.Serialize(CollectedGarbage.Of(deleted), CniJson.Indented.CollectedGarbage));
            return ExitCodes.Success;
        });
        return command;
    }
}

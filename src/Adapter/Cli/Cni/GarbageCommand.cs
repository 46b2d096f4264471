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
        Description = "An attachment that stays. Without IFNAME: every remembered one of that container, or eth0 if none is. Can be " +
            "given several times.",
        HelpName = "ID[/IFNAME]",
        Arity = ArgumentArity.OneOrMore,
        CompletionSources = { CniCompletions.Kept },
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Allows that no attachment stays." };

    public static Command Build(CniEnvironment environment)
    {
        var command = new Command(
            "gc",
            "Delete the attachments of a network that are remembered but not named with --keep, then tell the plugins which remain (GC, " +
            "from version 1.1.0): they may remove whatever else is on the network, except what the daemon has attached. Prints what was " +
            "deleted.")
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
            var client = await CniClientFactory.OfAsync(
                SettingsOf(parsed), environment, console.Error, PluginVariableOption.Read(parsed, environment), sparesAll: true,
                cancellationToken);
            var kept = KeptAttachments.Read(parsed.GetValue(Keep) ?? [], network, client);
            var deleted = await client.CollectGarbageAsync(network, kept, parsed.GetValue(Force), cancellationToken);
            console.Output.WriteLine(JsonSerializer.Serialize(CollectedGarbage.Of(deleted), CniJson.Indented.CollectedGarbage));
            return ExitCodes.Success;
        });
        return command;
    }
}

/// <summary>What <c>gc</c> prints.</summary>
/// <param name="Deleted">The attachments that were remembered and are gone now.</param>
internal sealed record CollectedGarbage(IReadOnlyList<DeletedAttachment> Deleted)
{
    public static CollectedGarbage Of(IEnumerable<AttachmentId> deleted) =>
        new([.. deleted.Select(id => new DeletedAttachment(id.NetworkName, id.ContainerId, id.InterfaceName))]);
}

/// <summary>An attachment by the names that identify it in CNI.</summary>
/// <param name="NetworkName">The network.</param>
/// <param name="ContainerId">CNI_CONTAINERID.</param>
/// <param name="Ifname">CNI_IFNAME.</param>
internal sealed record DeletedAttachment(string NetworkName, string ContainerId, string Ifname);

/// <summary>What <c>--keep ID[/IFNAME]</c> means.</summary>
internal static class KeptAttachments
{
    /// <param name="words">As they were typed.</param>
    /// <param name="networkName">The network whose garbage is collected.</param>
    /// <param name="client">Remembers attachments.</param>
    /// <exception cref="MisuseException">A word names no attachment: better nothing is deleted than the wrong one.</exception>
    public static IReadOnlyList<AttachmentId> Read(IReadOnlyCollection<string> words, string networkName, CniClient client)
    {
        var remembered = client.Attachments().Attachments.Select(attachment => attachment.Id).Where(id => id.NetworkName == networkName)
            .ToLookup(id => id.ContainerId);
        return [.. words.SelectMany(word => Read(word, networkName, remembered)).Distinct()];
    }

    private static IEnumerable<AttachmentId> Read(string word, string networkName, ILookup<string, AttachmentId> remembered)
    {
        var slash = word.IndexOf('/');
        var (containerId, interfaceName) = slash < 0 ? (word, null) : (word[..slash], word[(slash + 1)..]);
        Require(word, containerId, interfaceName ?? AttachmentArguments.DefaultInterfaceName);
        return interfaceName is null && remembered[containerId].Any()
            ? remembered[containerId]
            : [new AttachmentId(networkName, containerId, interfaceName ?? AttachmentArguments.DefaultInterfaceName)];
    }

    private static void Require(string word, string containerId, string interfaceName)
    {
        try
        {
            _ = new Attachment(containerId, networkNamespace: "", interfaceName);
        }
        catch (CniException refused)
        {
            throw new MisuseException($"--keep {word}: {refused.Msg}", refused.Code);
        }
    }
}

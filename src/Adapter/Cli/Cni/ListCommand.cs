using System.CommandLine;
using System.Text.Json;
using CniInvoker;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>The configured networks, and the attachments that these commands made.</summary>
internal static class ListCommand
{
    public static Command Build(CniEnvironment environment)
    {
        var command = new Command(
            "list",
            "Print the networks of the configuration directory and the attachments that add has made; those of Docker containers are " +
            "shown by cnm-cni status. Runs no plugin.")
        {
            Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = parsed.InvocationConfiguration;
            var settings = SettingsOf(parsed);
            var client = await CniClientFactory.OfAsync(
                settings, environment, console.Error, new Dictionary<string, string>(), sparesAll: false, cancellationToken);
            var listing = CniListing.Of(client, CniClientFactory.StateDirectory(settings));
            console.Output.WriteLine(JsonSerializer.Serialize(listing, CniJson.Indented.CniListing));
            return ExitCodes.Success;
        });
        return command;
    }
}

/// <summary>What <c>list</c> prints.</summary>
/// <param name="Networks">The usable networks, in the order in which runtimes read their files.</param>
/// <param name="Attachments">The recorded attachments, complete or not.</param>
/// <param name="Problems">Configuration files that are not used and records that cannot be read.</param>
internal sealed record CniListing(
    IReadOnlyList<ListedCniNetwork> Networks, IReadOnlyList<ListedAttachment> Attachments, IReadOnlyList<ListedProblem> Problems)
{
    public static CniListing Of(CniClient client, string stateDirectory)
    {
        var networks = client.Networks();
        var attachments = client.Attachments();
        return new CniListing(
            [.. networks.Networks.Select(ListedCniNetwork.Of)],
            [.. attachments.Attachments.Select(ListedAttachment.Of)],
            [
                .. networks.Problems.Select(problem => new ListedProblem(problem.File, problem.Message)),
                .. attachments.Problems.Select(problem => new ListedProblem(problem.File, problem.Message)),
                .. ClosedTo(stateDirectory),
            ]);
    }

    // Without the permission to read it, a directory looks as if it did not exist.
    private static IEnumerable<ListedProblem> ClosedTo(string directory)
    {
        try
        {
            Directory.GetFileSystemEntries(directory);
            return [];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            return [new ListedProblem(directory, "only root can see which attachments are remembered")];
        }
    }
}

/// <param name="Name">The network's name.</param>
/// <param name="CniVersion">The version its plugins are spoken to in.</param>
/// <param name="Plugins">Their types, in the order of ADD.</param>
/// <param name="File">Where it is configured.</param>
internal sealed record ListedCniNetwork(string Name, string CniVersion, IReadOnlyList<string> Plugins, string File)
{
    public static ListedCniNetwork Of(NetworkConfiguration network) =>
        new(network.Name, network.CniVersion, [.. network.Plugins.Select(plugin => plugin.Type)], network.Source);
}

/// <param name="NetworkName">The network.</param>
/// <param name="ContainerId">CNI_CONTAINERID.</param>
/// <param name="Ifname">CNI_IFNAME.</param>
/// <param name="Netns">CNI_NETNS.</param>
/// <param name="Addresses">In CIDR notation; empty while nothing is known of them.</param>
/// <param name="Complete">ADD has succeeded; otherwise it runs, or was cut off and needs <c>del</c>.</param>
internal sealed record ListedAttachment(
    string NetworkName,
    string ContainerId,
    string Ifname,
    string Netns,
    IReadOnlyList<string> Addresses,
    bool Complete)
{
    public static ListedAttachment Of(StoredAttachment stored) => new(
        stored.NetworkName,
        stored.Attachment.ContainerId,
        stored.Attachment.InterfaceName,
        stored.Attachment.NetworkNamespace,
        [.. (stored.Result?.Ips ?? []).Select(ip => $"{ip.Address}/{ip.PrefixLength}")],
        stored.IsComplete);
}

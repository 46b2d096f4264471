using Bridge.Adapter.Advice;
using Bridge.Adapter.Advice.Rules;
using Bridge.Adapter.Docker;
using CniInvoker;

namespace Bridge.Adapter.Cli;

/// <summary>The advice on CNI networks in <c>cnm-cni networks</c>.</summary>
internal static class NetworksAdvice
{
    /// <param name="contents">The configuration directory.</param>
    /// <param name="plugins">The directories of plugins.</param>
    /// <param name="docker">Null where it does not answer.</param>
    /// <param name="driver">The driver's name.</param>
    /// <param name="cancellationToken">Ends the requests to Docker.</param>
    public static async Task<IReadOnlyList<ListedNote>> ReadAsync(
        ConfigurationDirectoryContents contents, PluginPath plugins, DockerEngine? docker, string driver,
        CancellationToken cancellationToken)
    {
        var host = HostFacts.Read();
        if (docker is not null)
        {
            try
            {
                // Networks of this driver, or with its IPAM, have the subnets of CNI networks on purpose.
                host = host with
                {
                    DockerNetworks = [.. (await docker.NetworksAsync(cancellationToken))
                        .Where(network => network.Driver != driver && network.IpamDriver != driver)],
                };
                host = host with { DockerPools = await docker.AddressPoolsAsync(cancellationToken) };
            }
            catch (DockerException)
            {
                // It answered before, and the listing is complete; only what could not be asked is not compared.
            }
        }

        // The listing has shared subnets as "overlaps".
        var subject = Subject.Of(contents, plugins, host);
        return [.. RuleTable.Judge(subject, rule => rule is not SharedSubnets)
            .Select(note => new ListedNote(note.Severity.ToString().ToLowerInvariant(), note.Network, note.File, note.Message))];
    }

    /// <summary>Each text once, with the files that it is about.</summary>
    public static void Write(IReadOnlyList<ListedNote> notes, TextWriter output)
    {
        if (notes.Count == 0)
            return;

        output.WriteLine();
        output.WriteLine("Notes:");
        foreach (var group in notes.GroupBy(note => (note.Severity, note.Message)))
        {
            var files = string.Join(", ", group.Select(note => Path.GetFileName(note.File)).Distinct());
            var weight = group.Key.Severity == "note" ? "" : $"{group.Key.Severity}: ";
            output.WriteLine($"- {files}: {weight}{group.Key.Message}");
        }
    }
}

/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>note</c>.</param>
/// <param name="Network">The CNI network's name; null where the file has none.</param>
/// <param name="File">The file's path.</param>
/// <param name="Message">A text with what to do.</param>
internal sealed record ListedNote(string Severity, string? Network, string File, string Message);

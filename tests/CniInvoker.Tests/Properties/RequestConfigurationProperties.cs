using CniInvoker.Tests.Properties.Drawn;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

/// <summary>A plugin reads its entry of the file, changed only as SPEC §3 requires.</summary>
[Properties(Arbitrary = [typeof(Arbitraries)])]
public sealed class RequestConfigurationProperties
{
    [Property]
    public void A_plugin_reads_its_entry_with_only_the_runtimes_fields_changed(
        WrittenNetwork written, WrittenAttachment attachment, WrittenResult previous, bool isFirst)
    {
        var network = written.Parse();
        var result = isFirst ? null : previous.Parse();

        foreach (var (plugin, entry) in network.Plugins.Zip(written.Plugins))
        {
            var expected = Own(entry, network)
                .With("prevResult", result is null ? null : Json.Of(result.Json))
                .With("runtimeConfig", SwitchedOn(entry, attachment));

            Plain(Json.Read(RequestConfiguration.Derive(network, plugin, result, attachment.Make()))).Should().Be(Plain(expected));
        }
    }

    [Property]
    public void GC_passes_the_entry_and_the_valid_attachments(WrittenNetwork written, WrittenAttachment[] remaining)
    {
        var network = written.Parse();
        var ids =
            remaining.Select(attachment => new AttachmentId(network.Name, attachment.ContainerId, attachment.InterfaceName)).ToArray();
        var list =
            new Json.Items(
                [.. ids.Select(
                    id => new Json.Fields(
                        [new("containerID", new Json.Words(id.ContainerId)), new("ifname", new Json.Words(id.InterfaceName))]))]);

        foreach (var (plugin, entry) in network.Plugins.Zip(written.Plugins))
        {
            var expected = Own(entry, network).With("cni.dev/valid-attachments", list).With("cni.dev/attachments", list);

            Plain(Json.Read(RequestConfiguration.DeriveForGarbageCollection(network, plugin, ids))).Should().Be(Plain(expected));
        }
    }

    [Property]
    public void All_operations_pass_the_same_but_for_the_previous_result(
        WrittenNetwork written, WrittenAttachment attachment, WrittenResult previous)
    {
        var network = written.Parse();

        foreach (var plugin in network.Plugins)
        {
            var first = RequestConfiguration.Derive(network, plugin, previousResult: null, attachment.Make());
            var later = (Json.Fields)Json.Read(RequestConfiguration.Derive(network, plugin, previous.Parse(), attachment.Make()));

            later.Without(key => key == "prevResult").ToString().Should().Be(
                Json.Read(first).ToString(), "it is said in the same order, too");
            RequestConfiguration.Derive(network, plugin, previousResult: null, attachment.Make()).Should().Equal(first);
        }
    }

    [Property(MaxTest = 200)]
    public void The_runtimes_fields_win_over_keys_in_other_letter_case(WrittenNetwork written, WrittenAttachment attachment)
    {
        var network = written.Parse();

        foreach (var plugin in network.Plugins)
        {
            var request = (Json.Fields)Json.Read(RequestConfiguration.Derive(network, plugin, previousResult: null, attachment.Make()));

            LastLike(request, "name").Should().Be(new Json.Words(network.Name).Canonical);
            LastLike(request, "cniVersion").Should().Be(new Json.Words(network.CniVersion).Canonical);
        }
    }

    // Another property covers the text of numbers.
    private static string Plain(Json json) => json switch
    {
        Json.Fields fields =>
            new Json.Fields([.. fields.All.Select(field => new Json.Field(field.Key, new Json.Words(Plain(field.Value))))]).Canonical,
        Json.Items items => new Json.Items([.. items.All.Select(item => new Json.Words(Plain(item)))]).Canonical,
        _ => (Go.Exact(json) ?? Go.Exact(Go.Handed(json))) is { } whole ? $"{whole}" : Go.Handed(json)?.Canonical ?? json.Canonical,
    };

    private static Json.Fields Own(Json.Fields entry, NetworkConfiguration network) => entry
        .Without(
            key => (InGo(key) is "name" or "cniversion" && Outranks(key)) || key is "name" or "cniVersion"
                || new[] { "prevresult", "runtimeconfig" }.Contains(InGo(key))
                || InGo(key).StartsWith("cni.dev/", StringComparison.Ordinal))
        .With("name", new Json.Words(network.Name))
        .With("cniVersion", new Json.Words(network.CniVersion));

    // Of keys that differ in letter case only, Go takes the last, and the library writes them in order.
    private static bool Outranks(string key) => string.CompareOrdinal(key, key[0] is 'n' or 'N' ? "name" : "cniVersion") > 0;

    private static Json.Fields? SwitchedOn(Json.Fields entry, WrittenAttachment attachment)
    {
        var switches = entry.All.LastOrDefault(field => InGo(field.Key) == "capabilities")?.Value as Json.Fields;
        var given = attachment.Capabilities.All.Where(field => switches?[field.Key]?.ToString() == "true").ToArray();
        return given.Length == 0 ? null : new Json.Fields(given);
    }

    private static string? LastLike(Json.Fields request, string key) =>
        request.All.LastOrDefault(field => InGo(field.Key) == InGo(key))?.Value.Canonical;

    // Go folds two letters outside ASCII to "s" and "k".
    private static string InGo(string key) => key.Replace('ſ', 's').Replace('K', 'k').ToLowerInvariant();
}

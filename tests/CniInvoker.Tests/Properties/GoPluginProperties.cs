using System.Numerics;
using System.Text.Json.Nodes;
using CniInvoker.Tests.Properties.Drawn;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

/// <summary>
/// A plugin in Go reads the same values as if libcni had written them, except that whole numbers of 64 bits keep their last
/// digits.
/// </summary>
[Properties(Arbitrary = [typeof(Arbitraries)], MaxTest = 300)]
public sealed class GoPluginProperties
{
    private static readonly BigInteger ExactInDoubles = BigInteger.Pow(2, 53);

    [Property]
    public void A_plugin_decodes_its_entry_as_it_would_from_libcni(WrittenNetwork written)
    {
        var network = written.Parse();
        foreach (var (plugin, entry) in network.Plugins.Zip(written.Plugins))
        {
            var ours = (Json.Fields)Json.Read(RequestConfiguration.Derive(network, plugin, previousResult: null, attachment: null));
            if (Go.Handed(Own(entry)) is { } theirs)
                RequireSame(Own(ours), theirs, Own(entry));
        }
    }

    [Property]
    public void A_plugin_decodes_capability_arguments_as_it_would_from_libcni(WrittenAttachment attachment)
    {
        var given = new Json.Fields(attachment.Capabilities.All);
        var switches =
            new JsonObject([.. given.All.Select(field => field.Key).Distinct().Select(key => KeyValuePair.Create(key, (JsonNode?)true))]);
        var network = ScriptedPlugins.Network(new JsonObject { ["type"] = "a", ["capabilities"] = switches }.ToJsonString());

        var request =
            (Json.Fields)Json.Read(RequestConfiguration.Derive(network, network.Plugins[0], previousResult: null, attachment.Make()));

        if (request["runtimeConfig"] is { } ours && Go.Handed(given) is { } theirs)
            RequireSame(ours, theirs, given);
    }

    // The runtime's own fields are the same for both, and tested separately.
    private static Json.Fields Own(Json.Fields entry) => entry.Without(key =>
        Go.Folded(key) is "name" or "cniversion" or "prevresult" or "runtimeconfig"
            || Go.Folded(key).StartsWith("cni.dev/", StringComparison.Ordinal));

    private static void RequireSame(Json ours, Json theirs, Json written)
    {
        Go.Any(ours).Should().Be(Go.Any(theirs), "a map holds the same");
        if (Go.Whole(theirs) is { } whole)
            Go.Whole(ours).Should().Be(BigInteger.Abs(whole) < ExactInDoubles ? whole : Go.Exact(written) ?? whole);

        switch (theirs)
        {
            case Json.Items items:
                for (var index = 0; index < items.All.Count; index++)
                    RequireSame(((Json.Items)ours).All[index], items.All[index], ((Json.Items)written).All[index]);

                break;
            case Json.Fields fields:
                foreach (var field in fields.All)
                {
                    // (1) Of fields that differ in letter case only, a struct takes the same one. (2) Each by itself is the same.
                    Go.Any(Go.Field((Json.Fields)ours, field.Key)!).Should().Be(Go.Any(Go.Field(fields, field.Key)!));
                    RequireSame(((Json.Fields)ours)[field.Key]!, field.Value, ((Json.Fields)written)[field.Key]!);
                }

                break;
        }
    }
}

using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>Configurations: a list's file, a single plugin's, a plugin's beside a list, and what is made of them.</summary>
internal sealed class ConfigurationTarget : IFuzzTarget
{
    private const string Source = "/etc/cni/net.d/10-pods.conflist";

    private readonly PluginConfiguration _beside =
        new ConfigurationReader(new ConfigurationText("""{"type":"tuning","mtu":1400}"""u8.ToArray(), "beside")).ReadPlugin();
    private readonly RequestPromises _requests = new();

    public void Run(ReadOnlyMemory<byte> input)
    {
        var parsed = Read(input, () => NetworkConfiguration.Parse(input, Source), out var mistake);
        if (mistake is { JsonPath: null })
            return; // What is no JSON is none to the other readers either, and refusing takes most of the time.

        var list = Read(input, () => Reader(input).ReadList(_ => []), out _);
        var listWithMore = Read(input, () => Reader(input).ReadList(_ => [_beside]), out _);
        var single = Read(input, () => Reader(input).ReadSingle(), out _);
        Read(input, () => Reader(input).ReadPlugin(), out _);
        Promise.That(
            parsed is null || (list ?? single) is not null, "What can be parsed can be read as a list or as a single plugin.", $"neither");
        Promise.That(list is null || parsed is not null, "What can be read as a list can be parsed.", $"it cannot");
        Promise.That(list is null || listWithMore is not null, "Plugins beside a list do not break it.", $"they do");

        var original = OriginalText.Of(input);
        Require(list, network => original?.RequireList(network));
        Require(listWithMore, network => original?.RequireList(network));
        Require(single, network => original?.RequireSingle(network));
    }

    private void Require(NetworkConfiguration? network, Action<NetworkConfiguration> requireOriginal)
    {
        if (network is not null)
        {
            RequireRoundTrip(network);
            _requests.Require(network);
            requireOriginal(network);
        }
    }

    private static ConfigurationReader Reader(ReadOnlyMemory<byte> input) => new(new ConfigurationText(input, Source));

    private static T? Read<T>(ReadOnlyMemory<byte> input, Func<T> read, out CniConfigurationException? mistake)
        where T : class
    {
        mistake = null;
        try
        {
            return read();
        }
        catch (CniConfigurationException refusal)
        {
            Refusal.Require(refusal, Source, input.Span);
            mistake = refusal;
            return null;
        }
    }

    private static void RequireRoundTrip(NetworkConfiguration network)
    {
        var text = network.ToUtf8Json();
        var again = NetworkConfiguration.Parse(text, Source);
        Promise.That(
            (again.Name, again.CniVersion, again.DisableCheck, again.DisableGc) == (network.Name, network.CniVersion, network.DisableCheck,
                network.DisableGc),
            "A written network reads as the same name, version and switches.",
            $"{again.Name} {again.CniVersion} {again.DisableCheck} {again.DisableGc}, not {network.Name} {network.CniVersion} " +
            $"{network.DisableCheck} {network.DisableGc}");
        Promise.That(again.Plugins.Count == network.Plugins.Count, "A written network has the same number of plugins.",
            $"{again.Plugins.Count}, not {network.Plugins.Count}");
        foreach (var (plugin, before) in again.Plugins.Zip(network.Plugins))
        {
            Promise.That(
                plugin.Type == before.Type && plugin.IpamType == before.IpamType && plugin.Capabilities.SetEquals(before.Capabilities)
                    && JsonText.Write(plugin.Text).AsSpan().SequenceEqual(JsonText.Write(before.Text)),
                "A written network has the same plugins.",
                $"{plugin.Json.ToJsonString()}, not {before.Json.ToJsonString()}");
        }

        Promise.That(again.ToUtf8Json().Span.SequenceEqual(text.Span), "Writing what was written changes nothing.",
            $"{again.ToUtf8Json().Length} bytes, not {text.Length}");
    }
}

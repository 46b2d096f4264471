using CniInvoker.Tests.Properties.Drawn;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

[Properties(Arbitrary = [typeof(Arbitraries)])]
public sealed class NetworkConfigurationProperties
{
    [Property]
    public void A_network_that_was_written_again_reads_the_same(WrittenNetwork written)
    {
        var network = written.Parse();
        var again = NetworkConfiguration.Parse(network.ToUtf8Json(), "again");

        again.Name.Should().Be(network.Name);
        again.CniVersion.Should().Be(network.CniVersion);
        (again.DisableCheck, again.DisableGc).Should().Be((network.DisableCheck, network.DisableGc));
        again.Plugins.Select(plugin => (plugin.Type, plugin.IpamType)).Should().Equal(
            network.Plugins.Select(plugin => (plugin.Type, plugin.IpamType)));
        again.Plugins.Select(plugin => Json.Of(plugin.Json).Canonical).Should().Equal(written.Plugins.Select(plugin => plugin.Canonical));
        foreach (var (plugin, before) in again.Plugins.Zip(network.Plugins))
            plugin.Capabilities.Should().BeEquivalentTo(before.Capabilities);

        again.ToUtf8Json().ToArray().Should().Equal(network.ToUtf8Json().ToArray(), "once is enough");
    }

    [Property]
    public void A_list_is_written_again_with_every_field_as_it_was(WrittenNetwork written)
    {
        var text = Json.Read(written.Parse().ToUtf8Json()).Canonical;

        if (written.Json["plugins"] is not null)
            text.Should().Be(written.Json.Canonical);
    }

    [Property]
    public void Any_value_is_a_network_or_refused(Json value)
    {
        var read = () => NetworkConfiguration.Parse(value.Utf8, "file");

        try
        {
            read();
        }
        catch (CniConfigurationException refusal)
        {
            refusal.Problems.Should().NotBeEmpty();
        }
    }
}

using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

public sealed class CniNetworksTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("conflists").FullName;

    [Fact]
    public void The_only_CNI_network_of_a_host_need_not_be_named()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Choose(null).Name.Should().Be("pods");
    }

    [Fact]
    public void Of_several_CNI_networks_one_must_be_named_and_the_refusal_lists_them()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);
        Choose("plain").Name.Should().Be("plain");
        var choose = () => Choose(null);
        choose.Should().Throw<CnmException>().WithMessage(
            "more than one CNI network: this host has \"pods\", \"plain\". Choose one with -o cni.network=NAME.");
    }

    [Theory]
    [InlineData("10.88.0.0/16", "pods")]
    [InlineData("10.89.0.0/24", "plain")]
    [InlineData("10.89.0.1/24", "plain")]
    [InlineData("fd00:1::/64", "six")]
    public void Of_several_CNI_networks_the_subnet_selects_one(string pool, string name)
    {
        WriteSeveral();
        CniNetworks.ChooseForPool(Load(), name: null, pool).Name.Should().Be(name);
        CniNetworks.OnlyDeclaring(Load(), [pool]).Should().Be(name);
    }

    [Theory]
    [InlineData(
        "", "more than one CNI network: this host has \"pods\" (10.88.0.0/16), \"plain\" (10.89.0.0/24), \"six\" (fd00:1::/64). " +
            "Choose one with --ipam-opt cni.network=NAME, because Docker does not pass -o to an IPAM driver, or with the IPv4 --subnet *")]
    [InlineData("10.1.0.0/16",
        "no CNI network of this host declares subnet 10.1.0.0/16: it has \"pods\" (10.88.0.0/16), *--ipam-opt cni.network=NAME.")]
    [InlineData("nonsense", "no CNI network of this host declares subnet nonsense: *")]
    public void A_subnet_of_no_CNI_network_is_refused_with_the_known_ones(string pool, string message)
    {
        WriteSeveral();
        var choose = () => CniNetworks.ChooseForPool(Load(), name: null, pool);
        choose.Should().Throw<CnmException>().WithMessage(message);
        CniNetworks.OnlyDeclaring(Load(), [pool]).Should().BeNull();
    }

    [Fact]
    public void A_subnet_of_two_networks_is_refused_with_their_names_and_a_hint_for_compose()
    {
        WriteSeveral();
        Write("40-twin.conflist", Conflists.Plain.Replace("plain", "twin", StringComparison.Ordinal));
        var choose = () => CniNetworks.ChooseForPool(Load(), name: null, "10.89.0.0/24");
        choose.Should().Throw<CnmException>().WithMessage(
            "more than one CNI network declares subnet 10.89.0.0/24: \"plain\" and \"twin\". Choose one with --ipam-opt " +
            "cni.network=NAME. *external in the compose file.");
        CniNetworks.ChooseForPool(Load(), "twin", "10.89.0.0/24").Name.Should().Be("twin");
    }

    [Fact]
    public void A_network_that_no_container_can_be_on_does_not_count()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("99-loopback.conf", """{ "cniVersion": "1.0.0", "name": "lo", "type": "loopback" }""");
        Choose(null).Name.Should().Be("pods");
        CniNetworks.ChooseForPool(Load(), name: null, pool: null).Name.Should().Be("pods");
        var choose = () => Choose("lo");
        choose.Should().Throw<CnmException>().WithMessage(
            "CNI network \"lo\" (*99-loopback.conf) cannot attach containers: its plugin loopback makes no interface.");
    }

    [Fact]
    public void An_unknown_network_is_refused_with_the_known_and_the_broken_ones()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("05-broken.conflist", "{");
        var choose = () => Choose("nopods");
        choose.Should().Throw<CnmException>().WithMessage(
            "there is no CNI network \"nopods\" on this host. There is \"pods\". Not usable: *05-broken.conflist*");
    }

    [Fact]
    public void On_a_host_without_CNI_networks_the_error_names_the_directory_for_them()
    {
        var choose = () => Choose(null);
        choose.Should().Throw<CnmException>().WithMessage(
            "there is no CNI network on this host. Put a .conflist file into the CNI configuration directory*");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private NetworkConfiguration Choose(string? name) => CniNetworks.Choose(Load(), name);

    private ConfigurationDirectoryContents Load() => new ConfigurationDirectory(_directory).Load();

    private void WriteSeveral()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);
        Write("30-six.conflist",
            """{ "cniVersion": "1.0.0", "name": "six", "plugins": [ { "type": "bridge", "ipam": { "type": "host-local",""" +
            """ "subnet": "fd00:1::/64" } } ] }""");
    }

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(_directory, file), content);
}

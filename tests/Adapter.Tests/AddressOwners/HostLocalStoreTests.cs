using System.Diagnostics;
using System.Net;
using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.AddressOwners;

namespace Bridge.Adapter.Tests.AddressOwners;

public sealed class HostLocalStoreTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("networks-");

    private HostLocalStore Store => HostLocalStore.Of(Conflists.Parse(Conflist))!;

    private string Conflist => $$"""
        { "cniVersion": "1.0.0", "name": "pods",
          "plugins": [ { "type": "bridge", "ipam": { "type": "host-local", "subnet": "10.88.0.0/16", "dataDir": "{{_data.FullName}}" } } ] }
        """;

    public void Dispose() => _data.Delete(recursive: true);

    [Theory]
    [InlineData("a1b2\r\neth0", "a1b2", "eth0")]
    [InlineData("a1b2\neth0\n", "a1b2", "eth0")]
    [InlineData("a1b2", "a1b2", null)]
    [InlineData("a1b2\r\n", "a1b2", null)]
    [InlineData("", null, null)]
    [InlineData("\r\neth0", null, null)]
    [InlineData("two words\r\neth0", null, null)]
    [InlineData("a1b2\u001b[31m\r\neth0", null, null)]
    public void An_address_has_the_owner_that_its_file_names(string content, string? owner, string? interfaceName)
    {
        Write("10.88.0.2", content);

        Store.Read(CancellationToken.None).Should().Equal(new StoredAddress(IPAddress.Parse("10.88.0.2"), owner, interfaceName));
        Store.Find(IPAddress.Parse("10.88.0.2")).Should().Be(new StoredAddress(IPAddress.Parse("10.88.0.2"), owner, interfaceName));
        Store.Find(IPAddress.Parse("10.88.0.3")).Should().BeNull();
    }

    [Fact]
    public void Files_that_are_not_named_by_an_address_are_skipped()
    {
        Write("fd00::2", "a1\r\neth0");
        Write("last_reserved_ip.0", "10.88.0.9");
        Write("lock", "");
        Write("10.88.0.4", new string('x', 5000));
        Write("outside", "secret");
        File.CreateSymbolicLink(PathOf("10.88.0.5"), PathOf("outside"));
        File.CreateSymbolicLink(PathOf("10.88.0.6"), "/dev/zero");
        Directory.CreateDirectory(PathOf("10.88.0.7"));

        Store.Read(CancellationToken.None).Should().ContainSingle().Which.Should().Be(
            new StoredAddress(IPAddress.Parse("fd00::2"), "a1", "eth0"));
    }

    [Fact]
    public async Task A_pipe_in_place_of_an_entry_does_not_block()
    {
        Write("10.88.0.2", "a1\r\neth0");
        await Process.Start("mkfifo", [PathOf("10.88.0.3")]).WaitForExitAsync(Cancellation);

        Store.Read(CancellationToken.None).Select(stored => stored.OwnerId).Should().BeEquivalentTo(["a1", null]);
    }

    [Fact]
    public void A_network_without_a_store_has_no_addresses_in_use() => Store.Read(CancellationToken.None).Should().BeEmpty();

    [Fact]
    public void Only_host_local_keeps_such_a_store() =>
        HostLocalStore.Of(Conflists.Parse(Conflist.Replace("host-local", "whereabouts", StringComparison.Ordinal))).Should().BeNull();

    [Theory]
    [InlineData("""{ "type": "flannel", "ipam": { "dataDir": "DATA" } }""", false)]
    [InlineData("""{ "type": "flannel", "delegate": { "isDefaultGateway": true, "ipam": { "dataDir": "DATA" } } }""", false)]
    [InlineData("""{ "type": "mine", "delegate": { "ipam": { "type": "host-local", "dataDir": "DATA" } } }""", false)]
    [InlineData("""{ "type": "mine", "delegate": { "ipam": { "dataDir": "DATA" } } }, { "type": "portmap" }""", true)]
    [InlineData(
        """{ "type": "loopback" }, { "type": "bridge", "ipam": { "type": "host-local", "subnet": "10.88.0.0/16", "dataDir": "DATA" } }""",
        false)]
    public void Plugins_that_delegate_keep_one_too(string plugins, bool isGuessed)
    {
        Write("10.88.0.2", "a1\r\neth0");

        var store =
            HostLocalStore.Of(
                Conflists.Parse(
                    $$"""{ "cniVersion": "1.0.0", "name": "pods", "plugins": [ {{plugins.Replace(
                        "DATA", _data.FullName, StringComparison.Ordinal)}} ] }"""))!;

        store.Read(CancellationToken.None).Should().ContainSingle().Which.OwnerId.Should().Be("a1");
        store.IsGuessed.Should().Be(isGuessed);
    }

    [Theory]
    [InlineData("""{ "type": "cilium-cni" }""")]
    [InlineData("""{ "type": "mine", "delegate": "nonsense" }""")]
    [InlineData("""{ "type": "mine", "delegate": { "ipam": { "type": "whereabouts", "dataDir": "/" } } }""")]
    public void A_plugin_without_an_ipam_section_has_none_where_there_is_no_directory(string plugin) =>
        HostLocalStore.Of(
            Conflists.Parse($$"""{ "cniVersion": "1.0.0", "name": "not-there-{{Guid.NewGuid():N}}", "plugins": [ {{plugin}} ] }"""))
                .Should().BeNull();

    [Fact]
    public void A_store_that_cannot_be_read_is_an_error()
    {
        File.CreateSymbolicLink(Path.Combine(_data.FullName, "pods"), "pods"); // A loop.

        var read = () => Store.Read(CancellationToken.None);

        read.Should().Throw<IOException>();
    }

    private string PathOf(string file) => Path.Combine(_data.CreateSubdirectory("pods").FullName, file);

    private void Write(string file, string content) => File.WriteAllText(PathOf(file), content);
}

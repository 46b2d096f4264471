using System.Net;
using Bridge.Adapter.AddressOwners;

namespace Bridge.Adapter.Tests.AddressOwners;

public sealed class NetworkAddressesTests
{
    [Fact]
    public void Every_owner_is_listed_once_ordered_by_address()
    {
        AddressOwner[] own = [Own("e1", "web", "10.88.0.10", "fd00::10"), Own("e2", null),
            Own("e3", "elsewhere", "10.99.0.2") with { CniNetwork = "other" }];
        StoredAddress[] stored =
        [
            Stored("10.88.0.10", "e1"), Stored("fd00::10", "e1"), Stored("10.88.0.11", "e2"),
            Stored("10.88.0.9", "p1"), Stored("fd00::9", "p1"), Stored("10.88.0.100", "gone"), Stored("10.88.0.3", null),
            Stored("10.88.0.2", null),
        ];
        AddressOwner[] pods = [Pod("p1", "dns", "10.88.0.9", "fd00::9"), Pod("p2", "unstored", "10.88.0.20", "172.16.0.1"),
            Pod("p3", "far", "10.99.0.9"), Pod("p4", "down")];

        List(own, stored, pods).Should().Equal(
            "other - - 10.88.0.2",
            "other - - 10.88.0.3",
            "pod default/dns p1 10.88.0.9 fd00::9",
            "container web e1 10.88.0.10 fd00::10",
            "container - e2 10.88.0.11",
            "pod default/unstored p2 10.88.0.20",
            "other - gone 10.88.0.100");
    }

    [Fact]
    public void A_pod_that_is_not_ready_has_the_address_of_the_store() =>
        List([], [Stored("10.88.0.9", "p4")], [Pod("p4", "down")]).Should().Equal("pod default/down p4 10.88.0.9");

    [Fact]
    public void A_container_without_an_address_is_listed_last() =>
        List([Own("e2", "late"), Own("e1", "web", "fd00::2")], [], []).Should().Equal("container web e1 fd00::2", "container late e2 ");

    [Fact]
    public void A_reservation_is_not_listed_as_a_container() =>
        List([Own("r1", null, "10.88.0.4") with { Kind = AddressOwnerKind.Reservation, EndpointId = null }], [Stored("10.88.0.4", "r1")],
            []).Should().Equal("reservation - r1 10.88.0.4");

    [Fact]
    public void One_address_with_two_owners_shows_both() =>
        List([Own("e1", "web", "10.88.0.4")], [Stored("10.88.0.4", "stranger")], []).Should().Equal(
            "container web e1 10.88.0.4", "other - stranger 10.88.0.4");

    [Theory]
    [InlineData("10.88.0.4", true)]
    [InlineData("10.88.0.77", false)]
    public void A_guessed_store_without_our_addresses_belongs_to_another_network(string stored, bool isBelieved)
    {
        AddressOwner[] own = [Own("e1", "web", "10.88.0.4", "10.99.0.4"), Own("e2", "without")];
        var guess =
            new NetworkAddresses("pods", [], [Stored(stored, "e9"), Stored("10.88.0.9", "old")],
                WhyIncomplete: null) { GuessedStore = "/var/lib/cni/networks/pods" };

        var judged = guess.WithoutOutdatedStore(own);

        judged.Stored.Should().HaveCount(isBelieved ? 2 : 0);
        judged.WhyIncomplete.Should().Be(
            isBelieved ? null : "/var/lib/cni/networks/pods is outdated: the addresses of Docker's containers are not in it");
    }

    private static IEnumerable<string> List(AddressOwner[] own, StoredAddress[] stored, AddressOwner[] pods) =>
        new NetworkAddresses("pods", [IPNetwork.Parse("10.88.0.0/16"), IPNetwork.Parse("fd00::/64")], stored, WhyIncomplete: null).Owners(
            own, pods)
            .Select(found =>
                $"{found.Kind.ToString().ToLowerInvariant()} {found.Name ?? "-"} {found.ContainerId
                    ?? "-"} {string.Join(' ', found.Addresses)}");

    private static AddressOwner Own(string id, string? name, params string[] addresses) =>
        new(AddressOwnerKind.Container, id, [.. addresses.Select(IPAddress.Parse)])
    {
        Name = name,
        EndpointId = id,
        CniNetwork = "pods",
    };

    private static StoredAddress Stored(string address, string? owner) => new(IPAddress.Parse(address), owner, "eth0");

    private static AddressOwner Pod(string id, string name, params string[] addresses) =>
        new(AddressOwnerKind.Pod, id, [.. addresses.Select(IPAddress.Parse)]) { Name = $"default/{name}" };
}

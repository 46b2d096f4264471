using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.HostPorts;

namespace Bridge.Adapter.Tests.Control;

/// <summary>Whose the ports in the firewall's rules are.</summary>
public sealed class PortOwnersTests
{
    private static readonly AddressOwner Web = new(AddressOwnerKind.Pod, "5a1d", []) { Name = "default/web" };

    [Fact]
    public void A_pod_is_found_by_the_id_of_its_sandbox_and_by_its_name()
    {
        ForeignPort[] ports =
        [
            new("tcp", "", 8080, "5a1d") { ContainerPort = 80 },
            new("udp", "127.0.0.1", 5353, "5a1d") { ContainerPort = 53 },
            new("tcp", "", 8081, "pod default/web"),
        ];

        var owners = ports.ToOwners([Web]);

        owners.Select(owner => (owner.Kind, owner.Name, owner.ContainerId)).Should().Equal(
            (AddressOwnerKind.Pod, "default/web", "5a1d"), (AddressOwnerKind.Pod, "default/web", "5a1d"));
        owners.SelectMany(owner => owner.Ports).Should().Equal(
            new PublishedPortStatus(null, 8080, 80, "tcp"),
            new PublishedPortStatus("127.0.0.1", 5353, 53, "udp"),
            new PublishedPortStatus(null, 8081, null, "tcp"));
    }

    [Fact]
    public void Owners_that_the_container_runtime_does_not_list_keep_what_the_rule_says()
    {
        ForeignPort[] ports = [new("tcp", "", 8080, "beef"), new("tcp", "", 8081, "pod default/db")];

        ports.ToOwners([Web]).Select(owner => (owner.Kind, owner.Name, owner.ContainerId)).Should().Equal(
            (AddressOwnerKind.Other, null, "beef"), (AddressOwnerKind.Pod, "default/db", null));
    }
}

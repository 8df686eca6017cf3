package org.qubestools.conformance;

import static org.qubestools.conformance.Expected.fields;

import java.io.IOException;
import java.io.StringReader;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.qubestools.core.io.JumpingTime;
import org.qubestools.core.libvirt.ProfileTexts;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.devices.AttachRequest;
import org.qubestools.devices.BlockDevice;
import org.qubestools.devices.BlockDeviceRef;
import org.qubestools.devices.BlockDevices;
import org.qubestools.devices.ByteText;
import org.qubestools.devices.DeviceMode;
import org.qubestools.devices.DevicePlaces;
import org.qubestools.devices.FileExtent;
import org.qubestools.devices.HostPaths;
import org.qubestools.devices.Listing;
import org.qubestools.devices.LocalDevice;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** What is done to running VMs when a device is attached or detached. */
final class AttachCases {
    private AttachCases() {}

    static Map<String, Object> attach(Map<String, Object> recorded) throws Exception {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        Map<String, Object> device = JsonTree.map(input.get("device"));
        RecordedHost host = new RecordedHost(VmmTraits.XEN, JsonTree.list(input.get("vms")));
        String path = (String) device.get("device");
        devices(host, true)
                .attach(new AttachRequest(
                        (String) input.get("target"),
                        new BlockDevice(
                                new BlockDeviceRef((String) device.get("vm"), path),
                                path,
                                0,
                                ByteText.ofUtf8((String) device.get("desc")),
                                DeviceMode.parse((String) device.get("mode"))),
                        path.startsWith("/dev/") ? AttachRequest.Kind.BLOCK : AttachRequest.Kind.FILE,
                        (String) input.get("frontend"),
                        (String) input.get("mode"),
                        Boolean.TRUE.equals(input.get("auto_detach"))));
        Map<String, Object> element = element(ProfileTexts.xenDisk(host.attached()));
        element.keySet().retainAll(List.of("type", "device", "driver", "source", "target", "readonly", "backend"));
        element.put("domain", host.attachedTo());
        return fields("attach", element, "detach", host.detached(), "notify", host.announced());
    }

    static Map<String, Object> detach(Map<String, Object> recorded) {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        RecordedHost host = new RecordedHost(VmmTraits.XEN, JsonTree.list(input.get("vms")));
        String target = (String) input.get("target");
        if (input.get("frontend") == null) {
            devices(host, true).detachAll(target);
        } else {
            devices(host, true).detach(target, (String) input.get("frontend"));
        }
        return fields("detach", host.detached(), "notify", host.announced());
    }

    static Map<String, Object> onQemu(Map<String, Object> recorded) throws Exception {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        String backend = (String) input.get("backend");
        RecordedHost host = new RecordedHost(VmmTraits.QEMU, List.of(running("target"), running(backend)));
        String path = (String) input.get("device");
        devices(host, !Boolean.FALSE.equals(input.get("exists")))
                .attach(new AttachRequest(
                        "target",
                        new BlockDevice(
                                new BlockDeviceRef(backend, path),
                                path,
                                0,
                                ByteText.ofUtf8("a disk"),
                                DeviceMode.READ_WRITE),
                        input.get("kind").equals("file") ? AttachRequest.Kind.FILE : AttachRequest.Kind.BLOCK,
                        (String) input.get("frontend"),
                        (String) input.get("mode"),
                        false));
        return element(ProfileTexts.qemuDisk(host.attached()));
    }

    private static Map<String, Object> running(String name) {
        return fields("name", name, "running", true, "disks", List.of());
    }

    private static BlockDevices devices(RecordedHost host, boolean exists) {
        return new BlockDevices(host, new NoLocalDevices(), new RecordedPaths(exists), new JumpingTime());
    }

    /** The fields of a disk element, as recordings call them. */
    private static Map<String, Object> element(String xml)
            throws ParserConfigurationException, IOException, SAXException {
        Element disk = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement();
        String dev = attribute(disk, "source", "dev");
        Element serial = child(disk, "serial");
        return fields(
                "type", disk.getAttribute("type"),
                "device", disk.getAttribute("device"),
                "driver", attribute(disk, "driver", "name"),
                "format", attribute(disk, "driver", "type"),
                "source", dev == null ? attribute(disk, "source", "file") : dev,
                "target", attribute(disk, "target", "dev"),
                "bus", attribute(disk, "target", "bus"),
                "readonly", child(disk, "readonly") != null,
                "serial", serial == null ? null : serial.getTextContent(),
                "backend", attribute(disk, "backenddomain", "name"));
    }

    private static Element child(Element parent, String name) {
        return (Element) parent.getElementsByTagName(name).item(0);
    }

    private static String attribute(Element parent, String child, String name) {
        Element found = child(parent, child);
        return found == null || !found.hasAttribute(name) ? null : found.getAttribute(name);
    }

    private static final class NoLocalDevices implements BlockDevices.LocalDevices {
        @Override
        public Listing<LocalDevice> scan(Collection<String> attached, boolean showSystemDisks) {
            return Listing.empty();
        }

        @Override
        public DevicePlaces places() {
            return DevicePlaces.BY_NAME;
        }
    }

    /** No case asks the real file system. */
    private record RecordedPaths(boolean exist) implements HostPaths {
        @Override
        public boolean exists(String path) {
            return exist;
        }

        @Override
        public boolean isBlockDevice(String path) {
            return exist && path.startsWith("/dev/");
        }

        @Override
        public String canonical(String path) {
            return path;
        }

        @Override
        public Optional<FileExtent> fileBehind(String path) {
            return Optional.empty();
        }

        @Override
        public boolean isSame(String one, String other) {
            return one.equals(other);
        }
    }
}
